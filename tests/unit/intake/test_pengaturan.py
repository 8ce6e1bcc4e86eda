"""What an office may set, and what it is told to do where it may not; the texts behind its files."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.prepare import HOUSE
from services.intake.office import checklist, rules
from services.intake.office.rules import Absence, AwayAlready, BadSetting, LoopOfStandIns
from shared.channel_words import WITHOUT_TEXT
from shared.office_files import of_files, sop_of, with_changes, work_calendar_of
from shared.toml_table import FileRefused

SOP = (HOUSE / "deploy" / "sop.toml").read_text()
CALENDAR = (HOUSE / "deploy" / "calendar.toml").read_text()
LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=120)


def away(account: str, stand_in: str, first: str, last: str) -> Absence:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Absence(uuid4(), account, stand_in, "plh", *days, "800/12", date(2026, 11, 1))


@given(name=LINES, decree=LINES)
def test_whatever_a_person_types_reads_back_from_the_text_behind_the_calendar(name: str, decree: str) -> None:
    text = rules.calendar_text([rules.office_day(date(2026, 12, 28), name, "libur daerah", decree)], [])
    calendar = work_calendar_of(with_changes(CALENDAR, text), "calendar.toml")
    assert calendar.days.why_closed(date(2026, 12, 28)) == f"{name} ({decree})"


@given(name=LINES, lines=st.lists(LINES, min_size=1, max_size=6))
def test_whatever_a_person_types_reads_back_from_the_text_behind_the_sop(name: str, lines: list[str]) -> None:
    units = [rules.unit("tata-ruang", name, active=True)]
    sop = sop_of(with_changes(SOP, rules.sop_text(units, rules.letterhead("\n".join(lines)))), "sop.toml")
    assert sop.units["tata-ruang"] == name
    assert sop.letterhead == tuple(lines)


def test_what_is_said_last_of_a_channel_holds_and_the_site_is_always_required() -> None:
    uses = [rules.channel_use("facebook", used=True, required=True), rules.channel_use("x", used=False, required=False)]
    sop = sop_of(with_changes(SOP, rules.sop_text([], (), uses)), "sop.toml")
    assert sop.required_channels == {"site", "facebook"}
    assert sop.unused_channels == {"x", *WITHOUT_TEXT}
    again = [
        rules.channel_use("facebook", used=False, required=False),
        rules.channel_use("x", used=True, required=False),
    ]
    sop = sop_of(with_changes(SOP, rules.sop_text([], (), [*uses, *again])), "sop.toml")
    assert (sop.required_channels, sop.unused_channels) == ({"site"}, {"facebook", *WITHOUT_TEXT})


def test_a_channel_may_be_required_for_some_topics_alone() -> None:
    uses = [
        rules.channel_use("facebook", used=True, required=True, topics="banjir, Rumah-Layak;banjir"),
        rules.channel_use("x", used=True, required=False, topics="banjir"),
    ]
    sop = sop_of(with_changes(SOP, rules.sop_text([], (), uses)), "sop.toml")
    assert sop.required_topics == {"facebook": {"banjir", "rumah-layak"}}
    assert sop.required_for("banjir") == {"site", "facebook"}
    assert sop.required_for("pemakaman") == sop.required_for(None) == {"site"}
    again = [*uses, rules.channel_use("facebook", used=True, required=True)]
    assert sop_of(with_changes(SOP, rules.sop_text([], (), again)), "sop.toml").required_for(None) == {
        "site",
        "facebook",
    }


@pytest.mark.parametrize("topics", ["Rumah Layak!", "a" * 64, ", ".join(f"t{n}" for n in range(21)), "-x"])
def test_topics_that_no_story_can_have_are_refused(topics: str) -> None:
    with pytest.raises(rules.BadSetting) as no:
        rules.channel_use("facebook", used=True, required=True, topics=topics)
    assert no.value.field == "topics"


@pytest.mark.parametrize(
    ("code", "used", "required", "field"),
    [("site", False, False, "code"), ("friendster", True, False, "code"), ("x", False, True, "required")],
)
def test_a_channel_that_cannot_be_set_so_is_told(code: str, used: bool, required: bool, field: str) -> None:
    with pytest.raises(BadSetting) as refused:
        rules.channel_use(code, used=used, required=required)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "row",
    [
        'code = "site"\nused = false\nrequired = false',
        'code = "x"\nused = false\nrequired = true',
        'code = "X!"\nused = true\nrequired = true',
    ],
)
def test_an_sop_whose_channels_contradict_themselves_is_refused_with_its_line(row: str) -> None:
    with pytest.raises(FileRefused, match=r"sop\.toml"):
        sop_of(with_changes(SOP, f"[[channels]]\n{row}\n"), "sop.toml")


@pytest.mark.parametrize("code", ["", "Tata Ruang", "gabungan", "lain", "-x", "a" * 64])
def test_a_code_that_no_bidang_may_have_is_told(code: str) -> None:
    with pytest.raises(BadSetting) as refused:
        rules.unit(code, "Bidang Tata Ruang", active=True)
    assert refused.value.field == "code"


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "dua\nbaris", "\x00"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(BadSetting):
        rules.unit("tata-ruang", name, active=True)


def test_a_ramadan_has_29_or_30_days() -> None:
    assert rules.ramadan(date(2027, 2, 8), date(2027, 3, 9), "Sidang isbat")
    with pytest.raises(BadSetting):
        rules.ramadan(date(2027, 2, 8), date(2027, 3, 31), "Sidang isbat")


def test_nobody_stands_in_for_themselves_and_no_absence_runs_backwards() -> None:
    with pytest.raises(BadSetting):
        rules.absence(away("kadis", "kadis", "2026-11-23", "2026-11-24"), [])
    with pytest.raises(BadSetting):
        rules.absence(away("kadis", "sekretaris", "2026-11-24", "2026-11-23"), [])


def test_one_is_away_once_at_a_time() -> None:
    first = away("kadis", "sekretaris", "2026-11-23", "2026-11-27")
    with pytest.raises(AwayAlready):
        rules.absence(away("kadis", "kabid", "2026-11-27", "2026-11-30"), [first])
    assert rules.absence(away("kadis", "kabid", "2026-11-28", "2026-11-30"), [first])


def test_a_chain_of_stand_ins_never_comes_back_to_who_is_away() -> None:
    others = [
        away("sekretaris", "kabid", "2026-11-25", "2026-11-30"),
        away("kabid", "kadis", "2026-11-26", "2026-11-26"),
    ]
    with pytest.raises(LoopOfStandIns, match="26-11-2026"):
        rules.absence(away("kadis", "sekretaris", "2026-11-23", "2026-11-27"), others)
    assert rules.absence(away("kadis", "sekretaris", "2026-11-23", "2026-11-25"), others)


def test_who_acts_is_the_last_of_the_chain() -> None:
    chain = [
        away("kadis", "sekretaris", "2026-11-23", "2026-11-27"),
        away("sekretaris", "kabid", "2026-11-25", "2026-11-30"),
    ]
    assert rules.acting_for(chain, "kadis", date(2026, 11, 24)) == "sekretaris"
    assert rules.acting_for(chain, "kadis", date(2026, 11, 25)) == "kabid"
    assert rules.acting_for(chain, "kadis", date(2026, 11, 28)) == "kadis"


def test_the_check_list_names_what_is_missing_and_is_done_when_nothing_is() -> None:
    keeper = of_files(HOUSE / "deploy" / "sop.toml", HOUSE / "deploy" / "calendar.toml")
    bare = checklist.points(keeper.sop, keeper.calendar, today=date(2028, 6, 1), lines=(), roles={}, sending=())
    assert {p.title for p in bare if not p.done} == {
        "Lembar SOP", "Kop surat", "Akun Admin", "Akun pimpinan", "Akun Bidang", "Kalender kerja",
    }  # fmt: skip
    signed = sop_of(SOP.replace("(diisi kantor", "(nomor"), "sop.toml")
    ready = checklist.points(
        signed, keeper.calendar, today=date(2026, 6, 1), lines=("Dinas",), roles={"admin": 1, "pimpinan": 2},
        sending=signed.units,
    )  # fmt: skip
    assert all(p.done for p in ready)
