"""What the Admin writes becomes the whole content of a Version: files come from the Reports, never from the author."""

from uuid import UUID

import pytest

from services.editing import reports
from services.editing.domain import FigureWithoutMedia
from services.editing.manuscript import (
    EmptyStory,
    Manuscript,
    MediaCheckedSince,
    MediaChoice,
    MediaNotInStory,
    MediaRefused,
    MediaStillChecking,
    MediaTwice,
    compose,
    expect_ready,
    findings,
)
from shared.content import Content, Figure
from shared.content_hash import content_sha256
from tests.unit.editing.parts import PHOTO, content, erased, photo, report, withdrawn


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
