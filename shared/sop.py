"""The office's SOP as it is signed: its columns, and the target of each stage in each lane."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from shared.calendar import Calendar
from shared.channel_words import WITHOUT_TEXT
from shared.toml_table import Table

Stage = Literal["intake", "editing", "review", "publisher"]
Lane = Literal["regular", "immediate"]
STAGES: tuple[Stage, ...] = get_args(Stage)
STAGE_NAMED: dict[str, Stage] = {stage: stage for stage in STAGES}
LONGEST = 4  # digits: beyond any service time, and within any calendar's reach
UNIT_SECONDS = {"jam": 3600, "menit": 60}
COLUMNS = ("number", "stage", "what", "who", "kelengkapan", "waktu", "output", "target", "immediate")
HEADINGS = ("version", "title", "office", "office_code", "number", "date", "revision", "due_soon_percent", "units",
            "stages", "bidang", "letterhead", "channels")  # fmt: skip
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
JOINT = "gabungan"
OTHER = "lain"
SITE = "site"
UNIT_WORDS = {JOINT: "Gabungan beberapa Bidang", OTHER: "Bidang lain"}


@dataclass(frozen=True, slots=True)
class Target:
    """A service time as the SOP writes it: "1 hari", "2 jam", "30 menit"."""

    amount: int
    unit: str

    @staticmethod
    def of(words: str) -> "Target":
        """Read a target; ValueError for any other form, and for nought."""
        found = re.fullmatch(r"([1-9]\d*) (hari|jam|menit)", words)
        if not found:
            raise ValueError(f'Waktu baku {words!r} tidak terbaca; tulis seperti "1 hari", "2 jam" atau "30 menit".')
        if len(found[1]) > LONGEST:
            raise ValueError(f"Waktu baku {words!r} terlalu panjang.")
        return Target(int(found[1]), found[2])

    def seconds(self, calendar: Calendar, at: datetime) -> int:
        """Give the budget in seconds of a clock opened at `at`; a day is as long as the one it opens on."""
        return self.amount * (UNIT_SECONDS.get(self.unit) or calendar.day_budget(at))

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class StageRow:
    """One row of the SOP; `waktu` as printed, `target` in working time, `immediate` in wall time."""

    number: int
    stage: Stage
    what: str
    who: str
    kelengkapan: str
    waktu: str
    output: str
    target: Target
    immediate: Target


@dataclass(frozen=True, slots=True)
class Sop:
    """One version of the SOP. `number`, `date` and `revision` are the signed sheet's own, as text.

    `office_code` and the keys of `units` are short names, as labels of metrics; `units` gives their names on screens,
    `former_units` those of Units that send no more. `letterhead` has the lines that stand on top of what is printed.
    `unused_channels` are not offered to who writes a Story; `required_channels` hold the publisher's clock, those of
    `required_topics` only for Stories of these topics.
    """

    version: str
    title: str
    office: str
    office_code: str
    number: str
    date: str
    revision: str
    due_soon_percent: int
    stages: tuple[StageRow, ...]
    units: dict[str, str] = field(default_factory=dict[str, str])
    former_units: dict[str, str] = field(default_factory=dict[str, str])
    letterhead: tuple[str, ...] = ()
    unused_channels: frozenset[str] = frozenset(WITHOUT_TEXT)
    required_channels: frozenset[str] = frozenset({SITE})
    required_topics: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def required_for(self, topic: str | None) -> frozenset[str]:
        """The channels that hold the clock of a Story of this topic."""
        limited = {code for code, topics in self.required_topics.items() if topic not in topics}
        return self.required_channels - limited

    def unit_words(self, code: str) -> str:
        """Name a Unit as people read it; a code that the SOP does not list stands for itself."""
        return self.units.get(code) or self.former_units.get(code) or UNIT_WORDS.get(code, code)

    def row(self, stage: str) -> StageRow:
        """Give a stage's row; ValueError for a stage that the SOP does not have."""
        for row in self.stages:
            if row.stage == stage:
                return row
        raise ValueError(f"Tahap {stage!r} tidak ada dalam SOP versi {self.version}.")

    def target(self, stage: str, lane: Lane) -> Target:
        """Give the target of a stage in a lane."""
        row = self.row(stage)
        return row.immediate if lane == "immediate" else row.target


def parse_sop(text: str, *, source: str = "sop.toml") -> Sop:
    """Read an SOP from TOML (deploy/sop.toml shows the form); FileRefused names the line and entry that is wrong."""
    root = Table.of(text, source)
    root.only(*HEADINGS)
    stages = tuple(_row(table) for table in root.tables("stages"))
    if sorted(row.stage for row in stages) != sorted(STAGES):
        raise root.refused(f"Setiap tahap harus ada tepat satu kali: {', '.join(STAGES)}.")
    percent = root.number("due_soon_percent")
    if percent not in range(1, 101):
        raise root.refused("Isilah dengan persen antara 1 dan 100.", "due_soon_percent")
    words = {heading: root.words(heading) for heading in HEADINGS[:7]}
    if not CODE.fullmatch(words["office_code"]):
        raise root.refused("Tulis dengan huruf kecil, angka dan tanda hubung, paling panjang 63.", "office_code")
    units, former = _changed_units(root, _units(root.table("units")))
    unused, required, topics = _channels(root)
    return Sop(
        **words,
        due_soon_percent=percent,
        stages=stages,
        units=units,
        former_units=former,
        letterhead=root.table("letterhead").texts("lines") if "letterhead" in root.rows else (),
        unused_channels=unused,
        required_channels=required,
        required_topics=topics,
    )


def _units(table: Table) -> dict[str, str]:
    for code in table.rows:
        if not is_unit_code(code):
            raise table.refused(bad_code(code), code)
    return {code: table.words(code) for code in table.rows}


def _changed_units(root: Table, units: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The Units, and those that send no more, after what the office said later of each."""
    former: dict[str, str] = {}
    for table in root.tables("bidang"):
        table.only("code", "name", "active")
        code, name = table.words("code"), table.words("name")
        if not is_unit_code(code):
            raise table.refused(bad_code(code), "code")
        units.pop(code, None)
        (units if table.yes("active") else former)[code] = name
    return units, former


def _channels(root: Table) -> tuple[frozenset[str], frozenset[str], dict[str, frozenset[str]]]:
    """The channels that are not used, those that are required, and those that are for some topics alone.

    What is said later of a channel holds.
    """
    unused, required = {*WITHOUT_TEXT}, {SITE}
    limited: dict[str, frozenset[str]] = {}
    for table in root.tables("channels"):
        table.only("code", "used", "required", "topics")
        code, used, needed = table.words("code"), table.yes("used"), table.yes("required")
        if code == SITE or not CODE.fullmatch(code):
            raise table.refused("Situs web selalu dipakai dan wajib; tulis kode kanal lain.", "code")
        if needed and not used:
            raise table.refused("Kanal yang wajib harus dipakai.", "required")
        unused.discard(code)
        required.discard(code)
        limited.pop(code, None)
        if not used:
            unused.add(code)
        if needed:
            required.add(code)
            if "topics" in table.rows:
                limited[code] = _topics(table)
    return frozenset(unused), frozenset(required), limited


def _topics(table: Table) -> frozenset[str]:
    found = frozenset(table.texts("topics"))
    for topic in found:
        if not CODE.fullmatch(topic):
            raise table.refused("Tulis kode topik dengan huruf kecil, angka dan tanda hubung.", "topics")
    return found


def is_unit_code(code: str) -> bool:
    """Whether a Unit may have this code."""
    return CODE.fullmatch(code) is not None and code not in UNIT_WORDS


def bad_code(code: str) -> str:
    """What to do about a code that no Unit may have."""
    reserved = ", ".join(UNIT_WORDS)
    return f"Kode Bidang memakai huruf kecil, angka dan tanda hubung, dan bukan {reserved}: {code!r}."


def is_reserved(unit: str) -> bool:
    """Say whether a code is no Unit of its own: what several have together, or all others."""
    return unit in UNIT_WORDS


def unit_of(units: Iterable[str]) -> str | None:
    """Give the one Unit for which a clock counts: its own, or JOINT where a Story is of several; None of none."""
    found = set(units)
    return found.pop() if len(found) == 1 else (JOINT if found else None)


def _row(table: Table) -> StageRow:
    table.only(*COLUMNS)
    stage = STAGE_NAMED.get(table.words("stage"))
    if stage is None:
        raise table.refused(f"Tahap tidak dikenal; pilih {', '.join(STAGES)}.", "stage")
    return StageRow(
        number=table.number("number"),
        stage=stage,
        what=table.words("what"),
        who=table.words("who"),
        kelengkapan=table.words("kelengkapan"),
        waktu=table.words("waktu"),
        output=table.words("output"),
        target=_target(table, "target"),
        immediate=_target(table, "immediate"),
    )


def _target(table: Table, key: str) -> Target:
    try:
        return Target.of(table.words(key))
    except ValueError as error:
        raise table.refused(str(error), key) from error
