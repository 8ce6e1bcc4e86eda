"""For the leaders: how the SOP's service times are kept, what is late now, and how it goes over time."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import (
    COUNT,
    SECONDS,
    SHARE,
    STOP,
    WARN,
    Query,
    choice,
    lines,
    numbers,
    page,
    row,
    rows,
    spread,
    switch,
)

WHERE = 'office=~"$office",stage=~"$stage"'
STAGE = {"stage": "Tahap"}
LANE = {"lane": "Jalur"}


def build() -> Dashboard:
    """The dashboard."""
    about = "Waktu penyelesaian pekerjaan menurut SOP. Daftar pekerjaannya sendiri ada pada papan pekerjaan aplikasi."
    made = page("alurwarta-pimpinan", "Pimpinan: waktu penyelesaian", about, since="now-30d")
    made.with_variable(choice("office", "Kantor", "label_values(alurwarta_target_seconds, office)"))
    made.with_variable(choice("stage", "Tahap", 'label_values(alurwarta_target_seconds{office=~"$office"}, stage)'))
    _now(made.with_row(row("Sekarang")))
    _compliance(made.with_row(row("Kepatuhan terhadap SOP")))
    _course(made.with_row(row("Perkembangan")))
    return made


def _now(made: Dashboard) -> None:
    late, soon, running = (
        f"stage_lane:alurwarta_{name}:max{{{WHERE}}}" for name in ("breached_open", "due_soon", "open_items")
    )
    made.with_panel(numbers("Melewati batas waktu", "Yang terbuka dan sudah lewat.", Query(f"sum({late})"), kind=STOP))
    made.with_panel(
        numbers("Mendekati batas waktu", "Masih sempat bila dikerjakan sekarang.", Query(f"sum({soon})"), kind=WARN)
    )
    made.with_panel(numbers("Sedang dikerjakan", "Semua yang terbuka.", Query(f"sum({running})")))
    hours = Query('max(lane:alurwarta_counting:bool{office=~"$office",lane="regular"})')
    made.with_panel(
        switch("Jam kerja kantor", "Menurut kalender kantor dan cuti bersama.", hours, on="Buka", off="Tutup")
    )
    _late_by_stage(made, late, soon, running)


def _late_by_stage(made: Dashboard, late: str, soon: str, running: str) -> None:
    used, target = (
        f"stage_lane:alurwarta_{name}:max{{{WHERE}}}" for name in ("oldest_open_working_seconds", "target_seconds")
    )
    by = "sum by (stage, lane)"
    columns = [
        Query(f"{by} ({late})", "Lewat"),
        Query(f"{by} ({soon})", "Mendekati"),
        Query(f"{by} ({running})", "Terbuka"),
        Query(f"max by (stage, lane) ({used})", "Terlama"),
        Query(f"max by (stage, lane) ({target})", "Waktu baku"),
    ]
    about = "Jalur regular: jam kerja; immediate (serta merta): 24 jam sehari."
    kinds = {"Terlama": SECONDS, "Waktu baku": SECONDS}
    made.with_panel(
        rows("Yang terlambat sekarang, per tahap", about, *columns, names=STAGE | LANE, kinds=kinds, span=24)
    )


def _compliance(made: Dashboard) -> None:
    windows = {"1d": "hari ini", "7d": "7 hari", "30d": "30 hari"}
    office = 'office=~"$office",window="%s"'
    whole = [
        Query(f"max(window:alurwarta_compliance:ratio{{{office % window}}})", f"{word}: tepat waktu")
        for window, word in windows.items()
    ]
    about = "Tepat waktu dibagi yang selesai. Lihat banyaknya: dua dari dua bukan 100 % seperti 60 dari 60."
    made.with_panel(numbers("Seluruh tahap", about, *whole, kind=SHARE, span=12))
    counts = [
        Query(f"sum(window:alurwarta_compliance_n:sum{{{office % window}}})", f"{word}: selesai")
        for window, word in windows.items()
    ]
    made.with_panel(numbers("Seluruh tahap: banyaknya", about, *counts, span=12))
    _by_stage(made, windows, about)
    _by_unit(made)


def _by_unit(made: Dashboard) -> None:
    unit = 'office=~"$office",window="30d"'
    units = [
        Query(f"max by (unit) (window_unit:alurwarta_compliance:ratio{{{unit}}})", "Tepat waktu"),
        Query(f"sum by (unit) (window_unit:alurwarta_compliance_n:sum{{{unit}}})", "Banyaknya"),
    ]
    kinds = {"Tepat waktu": SHARE, "Banyaknya": COUNT}
    made.with_panel(
        rows("Per Bidang, 30 hari", "Menurut Bidang pengirim bahan.", *units, names={"unit": "Bidang"}, kinds=kinds)
    )
    used = 'sum by (le) (max by (office, stage, lane, le) (alurwarta_used_ratio_bucket{%s,kind="regular"}))' % WHERE  # noqa: UP031
    about = "Waktu terpakai dibagi waktu baku, sejak awal; sampai 1 adalah tepat waktu."
    made.with_panel(spread("Sebaran waktu terpakai", about, Query(used, "{{le}}")))


def _by_stage(made: Dashboard, windows: dict[str, str], about: str) -> None:
    columns: list[Query] = []
    for window, word in windows.items():
        where = f'{WHERE},window="{window}"'
        columns += [
            Query(f"max by (stage) (stage_window:alurwarta_compliance:ratio{{{where}}})", f"{word}: tepat waktu"),
            Query(f"sum by (stage) (stage_window:alurwarta_compliance_n:max{{{where}}})", f"{word}: banyaknya"),
        ]
    kinds = {column.name: SHARE if "tepat" in column.name else COUNT for column in columns}
    made.with_panel(rows("Per tahap dan masa", about, *columns, names=STAGE, kinds=kinds, span=24))


def _course(made: Dashboard) -> None:
    week = f'{WHERE},window="7d"'
    ratio = Query(f"max by (stage) (stage_window:alurwarta_compliance:ratio{{{week}}})", "{{stage}}")
    made.with_panel(lines("Kepatuhan 7 hari terakhir", "Setiap titik adalah 7 tanggal sebelumnya.", ratio, kind=SHARE))
    day = f'{WHERE},window="1d"'
    daily = Query(f"sum by (stage) (stage_window:alurwarta_compliance_n:max{{{day}}})", "{{stage}}")
    made.with_panel(lines("Selesai per hari", "Bertambah selama hari itu, lalu mulai lagi dari 0.", daily, bars=True))
    unit = Query('max by (unit) (window_unit:alurwarta_compliance:ratio{office=~"$office",window="30d"})', "{{unit}}")
    made.with_panel(lines("Kepatuhan 30 hari per Bidang", "Menurut Bidang pengirim bahan.", unit, kind=SHARE))
    regular = f'{WHERE},lane="regular"'
    used = Query(f"max by (stage) (stage_lane:alurwarta_oldest_open_working_seconds:max{{{regular}}})", "{{stage}}")
    target = Query(f"max by (stage) (stage_lane:alurwarta_target_seconds:max{{{regular}}})", "{{stage}}: waktu baku")
    about = "Waktu kerja yang dipakai pekerjaan terlama, di samping waktu bakunya (garis putus-putus)."
    made.with_panel(lines("Pekerjaan terlama", about, used, target, kind=SECONDS, dashed=".*waktu baku"))
    course = [
        Query(f"sum(stage_lane:alurwarta_{name}:max{{{WHERE}}})", word)
        for name, word in (("open_items", "terbuka"), ("due_soon", "mendekati"), ("breached_open", "lewat"))
    ]
    made.with_panel(lines("Yang terbuka, mendekati dan lewat", "Banyaknya pada setiap saat.", *course))
    once = f"max by (office, stage, lane, kind, outcome, punctuality) (alurwarta_closed_total{{{WHERE}}})"
    ended = Query(f"sum by (stage, outcome) ({once}) > 0", "Banyaknya")
    names = STAGE | {"outcome": "Hasil"}
    made.with_panel(rows("Cara selesai, sejak awal", "Termasuk yang tidak dihitung.", ended, names=names))
