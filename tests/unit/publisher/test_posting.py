"""What a channel is given to show: the approved words, the way back to the site, and the files that fit there."""

from dataclasses import replace
from uuid import uuid4

from services.publisher import posting, starting
from services.publisher.channels import MediaFit, Post
from services.publisher.channels.known import KNOWN, NOTHING
from services.publisher.domain import SITE, Made, Story
from services.publisher.posting import Addresses
from shared.channel_text import measure
from shared.content import Content, Rendition, StoryMedia
from tests.unit.publisher.samples import MORNING, TONO, approved, content, hear, of, photo, ready, the

AT = Addresses("https://warta.test", "https://media.test")
LINK = "https://warta.test/berita/x"


def post(whole: Content, channel: str = "instagram") -> Post:
    story = replace(begun(ready(content=whole), channel), slug="x")
    return posting.post_of(story, the(story), of(story, 1, channel), AT, KNOWN[channel])


def begun(story: Story, channel: str, version: int = 1) -> Story:
    return starting.publish(story, version, by=TONO, at=MORNING, channels={SITE, channel}, required={SITE})


def test_the_approved_words_go_out_as_they_are_with_the_link_back() -> None:
    found = post(content(channels=(SITE, "instagram"), channel_texts={"instagram": "Rumah selesai! #bekasi"}))
    assert found.text == f"Rumah selesai! #bekasi\n\n{LINK}"


def test_words_that_name_the_link_already_are_left_alone() -> None:
    words = f"Baca di {LINK} ya."
    assert post(content(channels=(SITE, "x"), channel_texts={"x": words}), "x").text == words


def test_words_that_leave_no_room_for_the_link_go_out_without_it() -> None:
    words = "a" * 280
    assert post(content(channels=(SITE, "x"), channel_texts={"x": words}), "x").text == words


def test_without_words_of_its_own_a_channel_gets_title_lead_link_and_tags_cut_to_what_it_takes() -> None:
    whole = content("Judul", lead="kata " * 200, channels=(SITE, "x"), tags=("Rumah Layak", "Bekasi"))
    text = post(whole, "x").text
    assert text.startswith("Judul\n\nkata kata")
    assert text.endswith(f"…\n\n{LINK}\n\n#RumahLayak #Bekasi")
    assert measure("x", text).fits


def test_a_correction_that_is_posted_anew_has_a_link_of_its_own_and_one_that_edits_keeps_it() -> None:
    story = begun(ready(content=content(channels=(SITE, "instagram"))), "instagram")
    former = replace(of(story, 1, "instagram"), state="live", url="https://ig/1", way="api", made=Made("17"))
    story = replace(story.put(the(story).with_delivery(former)), slug="x")
    story = hear(story, approved(story.id, 2, content=content(channels=(SITE, "instagram"))))
    story = begun(story, "instagram", 2)
    second, delivery = the(story, 2), of(story, 2, "instagram")
    new = posting.post_of(story, second, delivery, AT, KNOWN["instagram"])
    assert (new.link, new.former and new.former.external_id) == (f"{LINK}?versi=2", "17")
    edited = posting.post_of(story, second, delivery, AT, replace(KNOWN["instagram"], edit=True))
    assert edited.link == LINK


def rendition(label: str, content_type: str, *, size: int = 10, width: int = 800, height: int = 600) -> Rendition:
    return Rendition(
        bucket="t-renditions", key=label, sha256=label.encode().hex().ljust(64, "0"), size=size, label=label,
        content_type=content_type, width=width, height=height,
    )  # fmt: skip


def picture(*copies: Rendition) -> StoryMedia:
    return photo(id_=uuid4()).model_copy(update={"renditions": copies})


def test_each_file_goes_in_its_largest_copy_of_the_type_that_the_channel_likes_best() -> None:
    media = picture(
        rendition("a", "image/webp", width=2048), rendition("b", "image/jpeg", width=960),
        rendition("c", "image/jpeg", width=2048),
    )  # fmt: skip
    can = replace(NOTHING, media=MediaFit(("image/jpeg", "image/webp")))
    (found,) = posting.attached(content(media=(media,), body=()), can, AT.media_url)
    assert (found.found.source_key, found.url) == ("c", f"https://media.test/{found.found.key}")
    assert (found.alt, found.width) == ("Serah terima kunci.", 2048)


def test_copies_that_are_too_large_too_wide_or_of_another_shape_are_not_taken() -> None:
    media = picture(
        rendition("big", "image/jpeg", size=9_000_000), rendition("wide", "image/jpeg", width=3000, height=2000),
        rendition("tall", "image/jpeg", width=400, height=900), rendition("fits", "image/jpeg"),
    )  # fmt: skip
    fit = MediaFit(("image/jpeg",), max_bytes=8_000_000, max_width=1440, min_ratio=0.8, max_ratio=1.91)
    (found,) = posting.attached(content(media=(media,), body=()), replace(NOTHING, media=fit), AT.media_url)
    assert found.found.source_key == "fits"


def test_no_more_files_than_the_channel_takes_and_none_that_only_staff_may_read() -> None:
    media = tuple(picture(rendition(f"n{n}", "image/jpeg")) for n in range(12))
    can = replace(NOTHING, max_media=10, media=MediaFit(("image/jpeg", "text/plain")))
    assert len(posting.attached(content(media=media, body=()), can, AT.media_url)) == 10
    text = picture(rendition("text", "text/plain"))
    assert posting.attached(content(media=(text,), body=()), can, AT.media_url) == ()


def test_a_video_goes_as_itself_also_where_a_channel_likes_pictures_best_and_as_its_poster_where_it_does_not_fit() -> (
    None
):
    mp4, poster = rendition("mp4", "video/mp4", size=60), rendition("poster-jpeg", "image/jpeg", width=1280)
    video = picture(mp4, poster).model_copy(update={"kind": "video"})
    for fit, went in (
        (MediaFit(("image/jpeg", "video/mp4")), ("video", "mp4")),
        (MediaFit(("image/jpeg", "video/mp4"), max_bytes=50), ("image", "poster-jpeg")),
    ):
        (found,) = posting.attached(content(media=(video,), body=()), replace(NOTHING, media=fit), AT.media_url)
        assert (found.kind, found.found.source_key) == went
