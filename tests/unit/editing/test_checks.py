"""Before a Version is submitted each check says what to do; what blocks is refused, the rest is advice."""

from typing import Any

import pytest

from services.editing import reports
from services.editing.checks import channels, documents, files, lengths, links, own_text, rights, twins
from services.editing.checks.facts import Facts, Look, Reading, Spot, Twin
from services.editing.checks.findings import Finding
from services.editing.checks.ready import NotReady, expect_ready, findings
from services.editing.manuscript import compose
from services.editing.reports import Report
from shared.channel_text import LIMITS
from shared.content import Content, ItemList, Media, Paragraph, Quote, Span, StoryMedia
from shared.content_erasure import emptied
from tests.unit.editing.parts import (
    OTHER,
    PHOTO,
    STORY,
    TEN,
    captions,
    content,
    erased,
    pdf,
    photo,
    report,
    text,
    video,
    withdrawn,
    written,
)

NIK = "3275011205800002"
SITE = "https://contoh.go.id/a"


def codes(found: list[Finding]) -> list[str]:
    return [f.code for f in found]


def held_up(facts: Facts) -> str:
    """Why a Version is refused."""
    with pytest.raises(NotReady) as no:
        expect_ready(facts)
    return no.value.code


def of(*media: Media, **more: Any) -> Facts:
    """A Version that shows the first file of a Report with these."""
    found = [report(media=media)]
    return Facts(compose(written(), found), found, **more)


def shown(**words: Any) -> Facts:
    """A Version that shows one picture with these words."""
    found = [report()]
    return Facts(compose(written(media=[{"id": PHOTO, **words}]), found), found)


def test_a_version_with_a_file_being_checked_waits_and_is_then_saved_once_more() -> None:
    waiting = report(media=(photo("checking"),))
    made = compose(written(), [waiting])
    assert held_up(Facts(made, [waiting])) == "media-checking"
    assert held_up(Facts(made, [report()])) == "media-checked-since"
    expect_ready(Facts(compose(written(), [report()]), [report()]))


def test_a_version_with_an_erased_file_is_not_submitted_and_nothing_more_is_asked_of_that_file() -> None:
    made = compose(written(media=[{"id": PHOTO, "alt": ""}]), [report()])
    facts = Facts(emptied(made, {PHOTO}), [reports.erase_media(report(), erased())])
    assert codes(findings(facts)) == ["media-not-in-story"]
    assert held_up(facts) == "media-not-in-story"


def test_captions_that_came_after_the_version_was_saved_ask_for_saving_it_again() -> None:
    made = compose(written(), [report(media=(video(),))])
    assert held_up(Facts(made, [report(media=(video(), captions()))])) == "media-checked-since"


def test_a_withdrawn_report_is_advice_with_its_reason_and_the_way_to_it() -> None:
    (found,) = files.left([reports.leave(report(), withdrawn())])
    assert (found.code, found.blocking, found.href) == ("report-withdrawn", False, f"/meja/bahan/{report().id}")
    assert "Salah kirim." in found.sentence


def test_an_empty_story_is_not_submitted() -> None:
    assert held_up(Facts(content(body=(), lead=""), [report()])) == "empty-story"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"title": "a" * lengths.TITLE, "lead": "a" * lengths.LEAD}, []),
        ({"title": "a" * (lengths.TITLE + 1), "lead": "Teras."}, ["title-long"]),
        ({"lead": "a" * (lengths.LEAD + 1)}, ["lead-long"]),
        ({"lead": ""}, ["lead-missing"]),
    ],
)
def test_a_title_or_lead_that_readers_would_not_see_whole_is_advice(more: dict[str, str], expected: list[str]) -> None:
    facts = Facts(content(**more))
    found = lengths.title(facts) + lengths.lead(facts)
    assert codes(found) == expected
    assert not any(f.blocking for f in found)


def test_a_picture_without_words_holds_the_version_up_and_a_recording_is_pointed_out() -> None:
    (found,) = rights.alternative(shown(alt=" "))
    assert (found.blocking, found.href) == (True, f"#alt-{PHOTO}")
    (found,) = rights.alternative(of(video().model_copy(update={"alt": ""})))
    assert not found.blocking
    assert rights.alternative(of(pdf().model_copy(update={"alt": ""}))) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"shows": ["children"]}, ("consent-missing", True)),
        ({"shows": ["victims"], "consent": "public-event"}, ("consent-missing", True)),
        ({"shows": ["aid-recipients"], "consent": "official-duty"}, ("consent-missing", True)),
        ({"shows": ["children"], "consent": "named"}, ("consent-unnamed", False)),
        ({"shows": ["children"], "consent": "named", "consent_note": "Ibu Siti, wali"}, None),
        ({}, ("consent-unknown", False)),
        ({"consent": "public-event"}, None),
    ],
)
def test_children_victims_and_those_who_get_aid_need_a_consent_of_their_own(
    words: dict[str, Any], expected: tuple[str, bool] | None
) -> None:
    found = rights.consent(shown(**words))
    assert [(f.code, f.blocking) for f in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [
        ("CC BY 4.0", False), ("Hak cipta Dinas; boleh dimuat", False), ("Apache-2.0", False), ("", False),
        ("Boleh disebarluaskan dengan menyebut sumber", False), ("Tidak perlu izin untuk dimuat", False),
        ("Tidak untuk dipublikasikan", True), ("tidak boleh diterbitkan", True), ("Dilarang menyebarluaskan", True),
        ("Hanya untuk internal", True), ("Not for publication", True), ("jangan dimuat", True),
    ],
)  # fmt: skip
def test_a_licence_that_keeps_a_file_from_the_public_holds_the_version_up(licence: str, forbids: bool) -> None:
    found = rights.licence(shown(licence=licence))
    assert [f.blocking for f in found] == [True] * forbids


def test_a_file_without_credit_or_licence_is_advice_that_names_what_lacks() -> None:
    (found,) = rights.credit(shown())
    assert (found.blocking, "sumber dan lisensi" in found.sentence) == (False, True)
    (found,) = rights.credit(shown(credit="Humas"))
    assert found.href == f"#licence-{PHOTO}"
    assert rights.credit(shown(credit="Humas", licence="CC BY 4.0")) == []


def test_a_text_that_a_channel_does_not_take_holds_the_version_up() -> None:
    made = content(channels=("site", "x"), channel_texts={"x": "a" * 281, "facebook": "tidak dipilih"})
    (found,) = channels.channel_texts(Facts(made))
    assert (found.code, found.blocking, found.href) == ("channel-text", True, "#teks-x")
    assert "281 dari paling banyak 280" in found.sentence
    assert "facebook" in LIMITS


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"title": f"Warga {NIK}"}, "#title"),
        ({"lead": f"NIK {NIK}"}, "#lead"),
        ({"body": (Paragraph(spans=(Span(text=NIK[:8], bold=True), Span(text=NIK[8:]))),)}, "#isi"),
        ({"body": (ItemList(items=((Span(text=NIK),),)),)}, "#isi"),
        ({"tags": (NIK,)}, "#tags"),
        ({"channels": ("site", "x"), "channel_texts": {"x": NIK}}, "#teks-x"),
    ],
)
def test_a_nik_anywhere_in_it_holds_a_version_up_where_it_stands(where: dict[str, Any], place: str) -> None:
    facts = Facts(content(**where), [report()])
    assert held_up(facts) == "personal-data-nik"
    assert [(f.href, f.blocking) for f in own_text.personal(facts)] == [(place, True)]


def test_a_telephone_number_is_advice_and_told_once() -> None:
    facts = Facts(content(lead="Hubungi 0812-3456-7890", title="Telepon 0812-3456-7890"), [report()])
    expect_ready(facts)
    assert [(f.code, f.href) for f in own_text.personal(facts)] == [("personal-data-phone", "#title")]


def test_a_nik_in_a_pdf_holds_the_version_up_with_its_page_and_other_things_are_advice() -> None:
    pages = f"Notulen\f \fNIK {NIK} dan 0812-3456-7890\fHubungi 0812-3456-7890"
    reading = documents.read_pages(pages)
    facts = of(pdf(text()), readings={text().sha256: reading})
    found = documents.personal_in_files(facts)
    assert [(f.code, f.blocking) for f in found] == [
        ("document-personal-data-nik", True), ("document-personal-data-phone", False), ("document-unread", False),
    ]  # fmt: skip
    assert "di halaman 3." in found[0].sentence
    assert "di halaman 3, 4." in found[1].sentence
    assert found[2].sentence.startswith("Halaman 2 notulen.pdf tidak dapat dibaca mesin")
    assert NIK not in reading.model_dump_json()
    assert held_up(facts) == "document-personal-data-nik"


def test_a_document_that_was_not_read_yet_waits_and_a_scan_is_for_the_admin_to_read() -> None:
    assert held_up(of(pdf(text()))) == "document-not-read-yet"
    (found,) = documents.personal_in_files(of(pdf()))
    assert (found.code, found.blocking) == ("document-unread", False)
    assert documents.personal_in_files(of(photo())) == []


def test_of_a_long_document_it_is_told_that_only_its_beginning_was_read() -> None:
    reading = documents.read_pages("kata " * 200_000)
    assert reading.cut_short
    (found,) = documents.personal_in_files(of(pdf(text()), readings={text().sha256: reading}))
    assert found.code == "document-cut-short"


def test_of_many_places_some_are_named_and_a_nik_is_never_left_out() -> None:
    reading = documents.read_pages("\f".join(["Hubungi 0812-3456-7890"] * 600 + [f"NIK {NIK}"]))
    assert reading.spots[0] == Spot(kind="nik", at=601)
    assert len(reading.spots) == documents.MOST_SPOTS
    found = documents.personal_in_files(of(pdf(text()), readings={text().sha256: reading}))
    assert "halaman 1, 2, 3, 4, 5 dan 494 lagi" in found[1].sentence


def test_captions_are_read_without_their_times_and_tags_and_a_number_may_run_on() -> None:
    vtt = (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Siti>Halo &amp; selamat</v>\n"
        "\n00:01:05.500 --> 00:01:06.000\nNIK 3275 0112\n\n00:01:07.000 --> 00:01:09.000\n<b>0580</b> 0002\n"
    )
    reading = documents.read_captions(vtt)
    assert reading.spots == (Spot(kind="nik", at=65),)
    (found,) = documents.personal_in_files(of(video(), captions(), readings={"c" * 64: reading}))
    assert (found.blocking, "di menit 01:05" in found.sentence) == (True, True)


def test_what_is_to_be_read_are_the_texts_of_the_files_that_are_shown() -> None:
    found = [report(media=(pdf(text()),))]
    assert {media: r.sha256 for media, r in documents.read_by_machine(compose(written(), found), found).items()} == {
        PHOTO: text().sha256
    }
    assert documents.read_by_machine(content(), found) == {}


def linked(*addresses: str) -> Content:
    spans = tuple(Span(text="kata", href=a) for a in addresses)
    return content(body=(Paragraph(spans=spans), Quote(spans=spans[:1]), ItemList(items=(spans[:1],))))


def test_links_are_those_to_sites_each_once() -> None:
    assert links.links_of(linked(SITE, "mailto:a@contoh.go.id", "http://lain.id", SITE)) == [SITE, "http://lain.id"]


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        ("gone", 404, "tidak ditemukan (404)"), ("failing", 503, "sedang bermasalah (503)"),
        ("silent", None, "tidak menjawab"), ("unknown", None, "tidak dikenal"), ("inside", None, "di dalam jaringan"),
        ("certificate", None, "sertifikat"), ("circles", None, "dialihkan"), ("", 200, None), ("away", None, None),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_advice_with_its_reason(
    trouble: Any, status: int | None, said: str | None
) -> None:
    found = links.unreachable(Facts(linked(SITE), looks={SITE: Look(trouble, status, TEN)}))
    assert [(f.blocking, said is not None and said in f.sentence) for f in found] == [(False, True)] * bool(said)
    assert links.unreachable(Facts(linked(SITE))) == []


def test_a_twin_is_advice_with_its_title_date_and_the_way_to_it() -> None:
    (found,) = twins.twins(Facts(content(), twins=[Twin(STORY, "40 rumah selesai", TEN, same_picture=False)]))
    assert (found.blocking, found.href, found.there) == (False, f"/meja/berita/{STORY}", "40 rumah selesai")
    assert "Senin, 6 Juli 2026" in found.sentence


def test_a_story_is_likened_by_the_words_that_say_something_and_the_pictures_as_they_were_sent() -> None:
    found: list[Report] = [report(), report(OTHER, media=(photo(media=OTHER),))]
    like = twins.likeness(compose(written(title="Serah terima KUNCI di Bekasi"), found), found)
    assert like.words == ("bekasi", "kunci", "serah", "terima")
    assert like.pictures == (photo().original.sha256,)


def test_what_blocks_stands_first_and_all_of_it_says_what_to_do() -> None:
    made = content(title="a" * 101, lead="", body=(Paragraph(spans=(Span(text=f"NIK {NIK}"),)),))
    found = findings(Facts(made, [report()], looks={}))
    assert codes(found) == ["personal-data-nik", "title-long", "lead-missing"]
    assert all(f.sentence.endswith(".") for f in found)


def test_an_erased_file_is_shown_by_nobody() -> None:
    gone = StoryMedia(id=PHOTO, report=report().id, name="berkas yang dihapus", kind="image", renditions=())
    assert Facts(content(media=(gone,))).shown == []
    assert Reading().spots == ()
