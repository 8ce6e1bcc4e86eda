"""What the Admin writes becomes the whole content of a Version: files come from the Reports, never from the author."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.editing import reports
from services.editing.domain import FigureWithoutMedia
from services.editing.manuscript import (
    CaptionsAlone,
    MediaChoice,
    MediaForStaffOnly,
    MediaNotInStory,
    MediaRefused,
    MediaTwice,
    compose,
    may_be_chosen,
)
from shared.content import Content, Figure, Media
from shared.content_hash import content_sha256
from tests.unit.editing.parts import (
    CAPTIONS,
    OTHER,
    PHOTO,
    captions,
    content,
    photo,
    report,
    text,
    video,
    withdrawn,
    written,
)


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


def test_the_hash_is_the_same_in_whatever_order_the_channel_texts_come():
    one = content(channel_texts={"site": "a", "instagram": "b"})
    two = content(channel_texts={"instagram": "b", "site": "a"})
    assert content_sha256(one) == content_sha256(two)
    assert content_sha256(Content.model_validate_json(one.model_dump_json())) == content_sha256(one)


def test_a_version_takes_no_copy_that_only_staff_may_read_and_brings_the_placeholder():
    tiny = "data:image/webp;base64,UklGRg=="
    pdf = photo().model_copy(update={"renditions": (*photo().renditions, text()), "placeholder": tiny})
    made = compose(written(), [report(media=(pdf,))])
    assert made.media[0].renditions == photo().renditions
    assert made.media[0].placeholder == tiny


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
