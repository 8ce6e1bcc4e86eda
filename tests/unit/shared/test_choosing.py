"""Which copy of a file is taken: what is for staff never for the public, and what fits a place."""

from shared.content import Rendition
from shared.media.choosing import WHOLE, choose, publishable


def copy(label: str, content_type: str, width: int | None = None) -> Rendition:
    return Rendition(
        bucket="b-renditions", key=label, sha256="a" * 64, size=1, content_type=content_type, label=label, width=width
    )


PICTURE = [copy(f"{name}-{w}", f"image/{name}", w) for w in (2048, 960, 480) for name in ("webp", "jpeg")]
VIDEO = [copy("mp4", "video/mp4", 1280), copy("poster-webp", "image/webp", 1280), copy("captions", "text/vtt")]
PDF = [copy("pdf", "application/pdf"), copy("preview-jpeg", "image/jpeg", 1200), copy("text", "text/plain")]


def label(*of: object, **more: int) -> str | None:
    found = choose(*of, **more)  # pyright: ignore
    return found.label if found else None


def test_the_copy_that_is_just_wide_enough_is_taken_else_the_widest():
    assert label(PICTURE) == "jpeg-480"
    assert label(PICTURE, width=480) == "jpeg-480"
    assert label(PICTURE, width=481) == "jpeg-960"
    assert label(PICTURE, width=5_000) == "jpeg-2048"
    assert label(PICTURE, ("image/webp",), width=900) == "webp-960"


def test_a_picture_of_another_type_is_better_than_none():
    assert label(VIDEO) == "poster-webp"
    assert label([copy("m4a", "audio/mp4")]) is None
    assert label([]) is None


def test_the_whole_of_a_file_is_what_one_plays_or_reads():
    assert [label(of, WHOLE, width=1440) for of in (PICTURE, VIDEO, PDF)] == ["jpeg-2048", "mp4", "pdf"]


def test_what_is_for_staff_is_never_for_the_public():
    assert [r.label for r in publishable(PDF)] == ["pdf", "preview-jpeg"]
