"""What the Admin writes becomes the whole content of a Version: files come from the Reports, never from the author."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.editing import reports
from services.editing.domain import FigureWithoutMedia
from services.editing.manuscript import (
    CaptionsAlone,
    EmptyStory,
    Manuscript,
    MediaCheckedSince,
    MediaChoice,
    MediaForStaffOnly,
    MediaNotInStory,
    MediaRefused,
    MediaStillChecking,
    MediaTwice,
    compose,
    expect_ready,
    findings,
    may_be_chosen,
)
from shared.content import Content, Figure, ItemList, Media, Paragraph, Rendition, Span
from shared.content_hash import content_sha256
from shared.refusal import Refused
from tests.unit.editing.parts import HASH, OTHER, PHOTO, content, copy, erased, photo, report, text, withdrawn


def written(**more: object) -> Manuscript:
    return Manuscript.model_validate({"title": "40 rumah", "lead": "Selesai.", "media": [{"id": PHOTO}], **more})


def test_renditions_come_from_the_report_and_words_not_said_stay_the_units():
    (shown,) = compose(written(media=[{"id": PHOTO, "caption": "Di RW 05"}]), [report()]).media
    assert (shown.renditions, shown.report) == (photo().renditions, report().id)
    assert (shown.alt, shown.caption) == ("Serah terima kunci", "Di RW 05")


def test_the_author_may_empty_what_the_unit_said():
    (shown,) = compose(written(media=[{"id": PHOTO, "alt": ""}]), [report()]).media
    assert shown.alt == ""


def test_an_author_cannot_name_renditions():
    with pytest.raises(ValueError, match="renditions"):
        MediaChoice.model_validate({"id": PHOTO, "renditions": []})


def test_a_file_of_no_report_of_the_story_is_refused():
    with pytest.raises(MediaNotInStory):
        compose(written(media=[{"id": UUID(int=5)}]), [report()])


def test_a_file_is_chosen_once():
    with pytest.raises(MediaTwice):
        compose(written(media=[{"id": PHOTO}, {"id": PHOTO}]), [report()])


def test_a_file_that_did_not_pass_is_refused_with_its_reason():
    with pytest.raises(MediaRefused, match="rusak"):
        compose(written(), [report(media=(photo("refused", reason="Berkas rusak"),))])


def test_a_file_of_a_withdrawn_report_is_refused():
    with pytest.raises(MediaNotInStory):
        compose(written(), [reports.leave(report(), withdrawn())])


def test_a_picture_in_the_text_must_be_chosen():
    with pytest.raises(FigureWithoutMedia):
        compose(written(media=[], body=[Figure(media=PHOTO)]), [report()])


def test_a_version_with_a_file_being_checked_is_saved_but_not_submitted():
    waiting = report(media=(photo("checking"),))
    made = compose(written(), [waiting])
    with pytest.raises(MediaStillChecking):
        expect_ready(made, [waiting])
    with pytest.raises(MediaCheckedSince, match="Simpan sekali lagi"):
        expect_ready(made, [report()])
    expect_ready(compose(written(), [report()]), [report()])


def test_a_version_with_an_erased_file_is_not_submitted():
    made = compose(written(), [report()])
    with pytest.raises(MediaNotInStory):
        expect_ready(made, [reports.erase_media(report(), erased())])


def test_an_empty_story_is_not_submitted():
    with pytest.raises(EmptyStory):
        expect_ready(content(body=(), lead=""), [report()])


def test_a_withdrawn_report_is_a_finding_for_the_admin():
    found = findings(compose(written(), [report()]), [reports.leave(report(), withdrawn())])
    assert [f.code for f in found] == ["report-withdrawn", "media-not-in-story"]
    assert "Salah kirim." in found[0].sentence
    assert findings(None, [report()]) == ()


def test_the_hash_is_the_same_in_whatever_order_the_channel_texts_come():
    one = content(channel_texts={"site": "a", "instagram": "b"})
    two = content(channel_texts={"instagram": "b", "site": "a"})
    assert content_sha256(one) == content_sha256(two)
    assert content_sha256(Content.model_validate_json(one.model_dump_json())) == content_sha256(one)


CAPTIONS = UUID(int=1001)


def video(*renditions: Rendition) -> Media:
    made = renditions or (copy("mp4", "video/mp4", sha256="1" * 64), copy("poster-jpeg", "image/jpeg", sha256="2" * 64))
    return photo(kind="video", name="serah-terima.mp4").model_copy(update={"renditions": made})


def captions(sha256: str = "c" * 64, *, media: UUID = CAPTIONS, of: str = HASH, state: str = "accepted") -> Media:
    found = photo(state, media=media, kind="document", name="takarir.vtt", derived_from=of)
    copies = (copy("captions", "text/vtt", sha256=sha256),) if state == "accepted" else ()
    return found.model_copy(update={"renditions": copies})


def test_a_version_takes_no_copy_that_only_staff_may_read_and_brings_the_placeholder():
    tiny = "data:image/webp;base64,UklGRg=="
    pdf = photo().model_copy(update={"renditions": (*photo().renditions, text()), "placeholder": tiny})
    made = compose(written(), [report(media=(pdf,))])
    assert made.media[0].renditions == photo().renditions
    assert made.media[0].placeholder == tiny
    expect_ready(made, [report(media=(pdf,))])


def test_an_office_document_cannot_be_chosen_and_the_refusal_asks_for_its_pdf():
    letter = photo(kind="document", name="notulen.docx").model_copy(update={"renditions": (text(),)})
    with pytest.raises(MediaForStaffOnly, match=r"notulen\.docx hanya dapat dibaca Admin; minta PDF-nya"):
        compose(written(), [report(media=(letter,))])


def test_captions_go_with_their_video_by_themselves():
    (shown,) = compose(written(), [report(media=(video(), captions()))]).media
    assert [r.label for r in shown.renditions] == ["mp4", "poster-jpeg", "captions"]
    with pytest.raises(CaptionsAlone):
        compose(written(media=[{"id": CAPTIONS}]), [report(media=(video(), captions()))])


def test_captions_may_come_in_another_report_of_the_story_and_the_newest_count():
    later = report(OTHER, media=(captions("d" * 64, media=OTHER),))
    (shown,) = compose(written(), [report(media=(video(), captions())), later]).media
    assert [r.sha256 for r in shown.renditions if r.label == "captions"] == ["d" * 64]
    gone = replace(later, state="withdrawn")
    (shown,) = compose(written(), [report(media=(video(), captions())), gone]).media
    assert [r.sha256 for r in shown.renditions if r.label == "captions"] == ["c" * 64]


def test_captions_of_another_video_or_that_did_not_pass_stay_away():
    for other in (captions(of="f" * 64), captions(state="refused")):
        (shown,) = compose(written(), [report(media=(video(), other))]).media
        assert "captions" not in [r.label for r in shown.renditions]


def test_captions_that_came_after_the_version_was_saved_ask_for_saving_it_again():
    made = compose(written(), [report(media=(video(),))])
    with pytest.raises(MediaCheckedSince, match="takarirnya"):
        expect_ready(made, [report(media=(video(), captions()))])


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (photo(), True),
        (video(), True),
        (captions(), False),
        (photo("refused"), False),
        (photo("checking"), True),
        (photo("checking", kind="document"), False),
    ],
    ids=["picture", "video", "captions", "refused", "being-checked", "document-being-checked"],
)
def test_the_form_offers_what_may_be_shown(media: Media, expected: bool):
    assert may_be_chosen(media) is expected


NIK = "3275011205800002"


@pytest.mark.parametrize(
    "where",
    [
        {"title": f"Warga {NIK}"},
        {"lead": f"NIK {NIK}"},
        {"body": (Paragraph(spans=(Span(text=NIK[:8], bold=True), Span(text=NIK[8:]))),)},
        {"body": (ItemList(items=((Span(text=NIK),),)),)},
        {"tags": (NIK,)},
        {"channels": ("site", "x"), "channel_texts": {"x": NIK}},
    ],
)
def test_a_nik_anywhere_in_it_holds_a_version_up_and_a_telephone_number_is_advice(where: dict[str, Any]) -> None:
    made = content(**where)
    with pytest.raises(Refused, match="NIK") as refused:
        expect_ready(made, [report()])
    assert refused.value.code == "personal-data-nik"
    assert [f.code for f in findings(made, [report()])] == ["personal-data-nik"]
    advised = content(lead="Hubungi 0812-3456-7890", media=())
    expect_ready(advised, [report()])
    assert [f.code for f in findings(advised, [report()])] == ["personal-data-phone"]
