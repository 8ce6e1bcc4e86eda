"""Every sentence of the pages has its English, and a check that says so when one has not."""

from pathlib import Path

from babel.messages.catalog import Catalog
from typer.testing import CliRunner

from deploy.cli.main import app
from deploy.language.catalogue import FILE, catalogue, extracted, problems, write
from shared.language import say, speaking

PAGE = '{{ _("Kirim") }}{% trans n=n %}{{ n }} bahan{% pluralize %}{{ n }} bahan-bahan{% endtrans %}'


def a_house(folder: Path, page: str = PAGE) -> Path:
    templates = folder / "services" / "intake" / "templates"
    templates.mkdir(parents=True)
    (folder / "shared" / "templates").mkdir(parents=True)
    (templates / "satu.html").write_text(page)
    return folder


def english(**sentences: str) -> Catalog:
    made = Catalog("en")
    for sentence, words in sentences.items():
        made.add(sentence, words)
    return made


def test_every_sentence_of_the_pages_has_its_english() -> None:
    assert list(problems(catalogue(), extracted())) == []
    assert CliRunner().invoke(app, ["language", "check"]).exit_code == 0


def test_the_catalogue_is_as_the_command_writes_it(tmp_path: Path) -> None:
    again = tmp_path / "again.po"
    assert write(catalogue(), extracted(), again) == (0, 0)
    assert again.read_text() == FILE.read_text()


def test_pages_speak_english_to_who_wants_it() -> None:
    with speaking("en"):
        assert say("Langsung ke isi") == "Skip to the content"
    assert say("Langsung ke isi") == "Langsung ke isi"


def test_both_forms_of_a_plural_are_sentences_of_their_own(tmp_path: Path) -> None:
    assert set(extracted(a_house(tmp_path))) == {"Kirim", "%(n)s bahan", "%(n)s bahan-bahan"}


def test_a_sentence_without_english_is_named_with_its_page(tmp_path: Path) -> None:
    said = extracted(a_house(tmp_path, '{{ _("Kirim") }}{{ _("Batal") }}'))
    found = list(problems(english(Kirim="Send"), said))
    assert found == ["no English (services/intake/templates/satu.html): Batal"]


def test_english_that_lost_a_name_or_a_tag_is_told() -> None:
    said = {"<strong>%(name)s</strong> mengirim": ["x.html"]}
    for words in ("<strong>He</strong> sends", "%(name)s sends", "<strong>%(nama)s</strong> sends"):
        (problem,) = problems(english(**{"<strong>%(name)s</strong> mengirim": words}), said)
        assert problem.startswith("not the same names or tags")


def test_what_no_page_says_any_more_goes(tmp_path: Path) -> None:
    known = english(Kirim="Send", Lama="Old")
    assert list(problems(known, {"Kirim": ["x.html"]})) == ["no page says this: Lama"]
    assert write(known, {"Kirim": ["x.html"]}, tmp_path / "x.po") == (0, 1)
    assert "Lama" not in (tmp_path / "x.po").read_text()
