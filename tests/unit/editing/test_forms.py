"""The edit form: what stands in it is what was saved, and comes back the same."""

from typing import Any
from uuid import UUID

import pytest

from services.editing import forms, reports
from services.editing.forms import Form, NotWellFilled
from services.editing.manuscript import MediaChoice, compose
from services.editing.marks import blocks_of
from shared.content import Content, Figure
from tests.unit.editing.parts import PHOTO, photo, report, supplemented, text, withdrawn

PDF = UUID(int=2000)


def sent(form: Form, **more: str) -> dict[str, str]:
    """The form as a browser sends it."""
    fields = {
        name: str(getattr(form, name))
        for name in ("expected_version", "title", "lead", "body", "topic", "tags", "information_class", "reason")
    }
    for c in form.choices:
        fields |= {f"{name}-{c.media.id}": value or "" for name, value in c.rights.items() if name != "shows"}
        fields |= {f"shows-{code}-{c.media.id}": "1" for code in c.rights["shows"]}
        fields |= {f"pilih-{c.media.id}": "1"} if c.chosen else {}
        fields |= {f"potong-{side}-{c.media.id}": value for side, value in c.cut.items()}
        fields |= {f"fokus-{axis}-{c.media.id}": value for axis, value in c.point.items()}
    fields |= {f"kanal-{code}": "1" for code in form.channels}
    fields |= {f"teks-{code}": text for code, text in form.texts.items()}
    return fields | {"berkas": ",".join(map(str, form.files)), "ada-kanal": "1"} | more


def written() -> Content:
    body = blocks_of("Empat puluh **rumah**.\n\n- atap\n\n[foto 1]", [PHOTO])
    told: dict[str, Any] = {"topic": "perumahan", "tags": ("rutilahu", "Jatirasa"), "channels": ("site", "instagram")}
    shown = compose(forms.manuscript(forms.of_reports([report()])), [report()]).media
    return Content(title="40 rumah", body=body, media=shown, channel_texts={"instagram": "40!"}, **told)


def test_a_first_draft_holds_what_the_unit_wrote_and_its_pictures():
    form = forms.of_reports([reports.supplement(report(), supplemented())])
    assert (form.title, form.body) == ("Serah terima kunci", "40 rumah selesai.\n\nAda 42 rumah.\n\n[foto 1]")
    assert forms.manuscript(form).body[-1] == Figure(media=PHOTO)


def test_a_first_draft_leaves_out_what_may_not_be_used():
    letter = photo(media=PDF, kind="document", name="notulen.docx").model_copy(update={"renditions": (text(),)})
    assert forms.of_reports([report(media=(photo("refused"), letter))]).choices == ()
    assert forms.of_reports([reports.leave(report(), withdrawn())]).body == ""


def test_a_pdf_is_offered_and_shown_only_where_the_admin_chooses_it():
    pdf = photo(media=PDF, kind="document", name="notulen.pdf")
    (choice,) = forms.of_reports([report(media=(pdf,))]).choices
    assert (choice.media.id, choice.chosen) == (PDF, False)


def test_a_saved_version_comes_back_the_same_through_the_form():
    before = written()
    form = forms.of_typed(sent(forms.of_content(before, 3, [report()])), before, [report()])
    assert form.expected_version == 3
    assert compose(forms.manuscript(form), [report()]) == before


def test_whom_a_picture_shows_comes_back_through_the_form():
    seen = report(media=(photo(shows=("children", "victims")),))
    form = forms.of_typed(sent(forms.of_reports([seen])), None, [seen])
    (shown,) = compose(forms.manuscript(form), [seen]).media
    assert shown.shows == ("children", "victims")


def test_a_file_of_another_kind_that_a_version_has_is_not_lost_by_the_form():
    pdf = photo(media=PDF, kind="document", name="notulen.pdf")
    both = report(media=(photo(), pdf))
    before = written().model_copy(update={"media": compose(_choosing(PDF), [both]).media, "body": ()})
    form = forms.of_content(before, 1, [both])
    assert [(c.media.id, c.chosen) for c in form.choices] == [(PDF, True), (PHOTO, False)]


def test_numbers_of_pictures_stay_when_one_is_not_chosen_any_more():
    before = written()
    fields = sent(forms.of_content(before, 1, [report()]), body="Isi.")
    del fields[f"pilih-{PHOTO}"]
    form = forms.of_typed(fields, before, [report()])
    assert forms.manuscript(form).media == ()
    assert [c.media.id for c in form.choices] == [PHOTO]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("title", " ", "Judul"),
        ("title", "x" * 301, "Judul"),
        ("topic", "Perumahan Rakyat", "Topik"),
        ("information_class", "rahasia", "Klasifikasi"),
    ],
)
def test_what_cannot_be_read_is_named_in_indonesian(field: str, value: str, named: str):
    fields = sent(forms.of_content(written(), 1, [report()]), **{field: value})
    with pytest.raises(NotWellFilled, match=named):
        forms.manuscript(forms.of_typed(fields, written(), [report()]))


@pytest.mark.parametrize("number", ["", "x", "-1", "９", "1" * 30])
def test_a_version_number_that_is_none_is_read_as_nothing_saved(number: str):
    assert forms.of_typed({"expected_version": number}, None, [report()]).expected_version == 0


def _choosing(media: UUID) -> Any:
    return forms.manuscript(forms.of_reports([report()])).model_copy(
        update={"media": (MediaChoice(id=media),), "body": ()}
    )
