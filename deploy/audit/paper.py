"""The evidence as plain data for its template: every text ready to be set, nothing to be interpreted. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.audit import evidence
from deploy.audit.tables import Row
from deploy.audit.words import NONE, ORIGINS, PPID, REVOKED, WAYS, at, digest, official, size
from services.review.compliance.words import again_words, outcome_words, return_words, spent, stage_words
from services.review.report.document import Head, letterhead, signature
from services.review.report.letter import Letter
from shared.channel_words import name_of
from shared.sla import Timekeeper
from shared.sop import Sop
from shared.topics import SERVICES
from shared.words import state

TITLE = "Rantai Bukti"
WHOLE = "Rantai audit keempat layanan utuh dan cocok dengan jangkar yang disimpan layanan lain."
BROKEN = "Ada temuan pada rantai audit. Dokumen ini tidak boleh dipakai sebelum setiap temuan dijelaskan:"


def paper(found: dict[str, Any], letter: Letter, head: Head, keeper: Timekeeper) -> dict[str, Any]:
    """Everything that is printed of the document that `evidence.gather` made."""
    sop, zone = keeper.sop, keeper.calendar.zone.key
    sha256 = evidence.sha256(found)
    halves = [sha256[:32], sha256[32:]]  # too short to be broken, so that each can be copied whole
    findings = [f"{s['service']}: {words}" for s in found["verification"]["services"] for words in s["findings"]]
    return {
        "head": letterhead(head, sop),
        "title": TITLE,
        "about": evidence.title(found),
        "footer": [f"{TITLE}. SHA-256 berkas JSON: ", *halves],
        "facts": _facts(found, sop, zone),
        "whole": found["verification"]["whole"],
        "verdict": BROKEN if findings else WHOLE,
        "findings": findings,
        "reports": [_report(r, sop, zone) for r in found["reports"]],
        "erasures": [
            [at(e["at"], zone), digest(e["sha256"]), e["reason"], official(e["by"])] for e in found["erasures"]
        ],
        "stories": [_story(s, zone) for s in found["stories"]],
        "clocks": [_clock(c, zone) for c in found["clocks"]],
        "keterangan": [
            f"{stage_words(c['stage'])}: {k['note']} – {k['name']} ({k['capacity']}), {at(k['at'], zone)}"
            for c in found["clocks"]
            for k in c["keterangan"]
        ],
        "audit": [_trail(service, found["audit"], zone) for service in SERVICES],
        "chains": [_chain(s, zone) for s in found["verification"]["services"]],
        "sha256": halves,
        **signature(letter),
    }


def _facts(found: dict[str, Any], sop: Sop, zone: str) -> list[list[str]]:
    numbers = [s["id"] for s in found["stories"]] or [r["id"] for r in found["reports"]]
    return [
        ["Nomor", ", ".join(numbers)],
        ["Keadaan", ", ".join(state(x["state"]) for x in found["stories"] or found["reports"])],
        ["SOP", f"{sop.number}, versi {sop.version}"],
        ["Dibuat", f"{at(found['made_at'], zone)}, oleh {found['made_by']}"],
    ]


def _report(r: Row, sop: Sop, zone: str) -> dict[str, Any]:
    return {
        "title": r["title"],
        "facts": [
            ["Nomor", r["id"]],
            ["Bidang", sop.unit_words(r["unit"])],
            ["Dikirim oleh", _sender(r)],
            *(
                [["Dicatat untuk", f"{r['recorded_of']}, dikirim {at(r['recorded_sent_at'], zone)}"]]
                if r["recorded_of"]
                else []
            ),
            ["Kegiatan selesai", at(r["happened_at"], zone)],
            ["Diterima", at(r["received_at"], zone)],
            ["Keadaan", state(r["state"])],
            *(
                [
                    ["Tambahan", f"{at(s['received_at'], zone)}, {s['sent_by_name'] or s['sent_by']}"]
                    for s in r["supplements"]
                ]
            ),
        ],
        "files": [[f["name"] or NONE, _file_state(f), size(f["size"]), digest(f["sha256"])] for f in r["files"]],
    }


def _sender(r: Row) -> str:
    if r["source"]:
        return f"sistem {r['source']}, permintaan {r['request_id']}"
    if r["sent_by_name"]:
        return f"{r['sent_by_name']} ({r['sent_by_capacity']})"
    return str(r["sent_by"] or NONE)


def _file_state(f: Row) -> str:
    words = "dihapus" if f["state"] == "erased" else state(f["state"])
    return f"{words}, bukti terima" if f["private"] else words


def _story(s: Row, zone: str) -> dict[str, Any]:
    return {
        "title": s["title"],
        "agree": s["hashes_agree"],
        "versions": [
            [str(v["version"]), at(v["saved_at"], zone), f"{v['author_name']} ({v['author_capacity']})", v["reason"],
             digest(v["content_sha256"]), _content_words(v)]
            for v in s["versions"]
        ],
        "submissions": [
            [str(x["cycle"]), str(x["version"]), at(x["submitted_at"], zone), official(x["submitted_by"]),
             state(x["state"])]
            for x in s["submissions"]
        ],
        "decisions": [_decision(d, zone) for d in s["decisions"]],
        "around": _around(s, zone),
        "revocations": [
            [str(r["version"]), at(r["at"], zone), REVOKED.get(r["reason"], r["reason"]), official(r["by"]),
             r["note"] or NONE]
            for r in s["revocations"]
        ],
        "publications": [
            [str(p["version"]), state(p["state"]), official(p["started_by"]), at(p["started_at"], zone),
             at(p["published_at"], zone)]
            for p in s["publications"]
        ],
        "deliveries": [_delivery(d, zone) for d in s["deliveries"]],
        "taken_down": _taken_down(s, zone),
    }  # fmt: skip


def _content_words(v: Row) -> str:
    if v["content_matches"]:
        return "cocok"
    return "berkas dihapus menurut UU PDP" if v["erased_files"] else "TIDAK COCOK"


def _decision(d: Row, zone: str) -> list[str]:
    reasons = [f"{return_words(r['code'])}{': ' if r.get('note') else ''}{r.get('note', '')}" for r in d["reasons"]]
    grounds = [
        d["legal_basis"],
        f"sampai {d['until']}" if d["until"] else "",
        f"surat {mandate}" if (mandate := d.get("mandate", "")) else "",
    ]
    told = [*reasons, *filter(None, grounds)]
    return [
        str(d["version"]), state(d["decision"]), official(d["decided_by"]), at(d["decided_at"], zone),
        "; ".join(told) or NONE, digest(d["content_sha256"]),
    ]  # fmt: skip


def _around(s: Row, zone: str) -> list[list[str]]:
    """What was done about Decisions: disposisi, later confirmations, what PPID answered; in order of time."""
    told = [
        *((d["at"], d["version"], f"disposisi kepada {official(d['to_whom'])}", d["by"], d["note"])
          for d in s["dispositions"]),
        *((c["at"], c["version"], "persetujuan darurat disahkan", c["by"], c["note"]) for c in s["confirmations"]),
        *((w["at"], w["version"], "kalimat perbaikan ditarik", w["by"], w["note"]) for w in s["offer_withdrawals"]),
        *((p["recorded_at"], p["version"], f"keputusan PPID {p['number']}: {PPID[p['outcome']]}", p["recorded_by"],
           p["consequence_test"]) for p in s["ppid_decisions"]),
    ]  # fmt: skip
    return [
        [str(version), at(when, zone), what, official(by), note or NONE]
        for when, version, what, by, note in sorted(told, key=lambda one: one[0])
    ]


def _delivery(d: Row, zone: str) -> list[str]:
    confirmed = WAYS.get(d["way"], str(d["way"])) + (f", {official(d['confirmed_by'])}" if d["confirmed_by"] else "")
    held = state(d["state"]) + (" (dibebaskan)" if d["waiver"] else "")
    return [
        name_of(d["channel"]),
        str(d["version"]),
        held,
        d["url"] or d["reason"] or NONE,
        confirmed,
        at(d["since"], zone),
    ]


def _taken_down(s: Row, zone: str) -> list[list[str]]:
    """Each Version that was brought down, with who did it and why."""
    return [
        [
            str(p["version"]),
            at(s["taken_down_at"], zone),
            official(p["ended_by"]),
            p["ended_reason"] or s["taken_down_reason"] or NONE,
        ]
        for p in s["publications"]
        if p["state"] in ("taking-down", "taken-down")
    ]


def _clock(c: Row, zone: str) -> list[str]:
    again = again_words(c["stage"], c["cycle"])
    stage = stage_words(c["stage"]) + (f", {again}" if again else "")
    result = ", ".join(filter(None, (outcome_words(c["outcome"] or ""), state(c["punctuality"] or "")))) or "berjalan"
    return [
        stage, at(c["opened_at"], zone), at(c["closed_at"], zone), spent(c["target_seconds"]),
        spent(c["working_seconds"]), spent(c["elapsed_seconds"]), result,
    ]  # fmt: skip


def _trail(service: str, rows: Sequence[Row], zone: str) -> dict[str, Any]:
    return {
        "service": stage_words(service),  # pyright: ignore[reportArgumentType]
        "rows": [
            [str(a["seal"] or NONE), at(a["at"], zone), _actor(a), ORIGINS.get(a["origin"], a["origin"]), a["action"],
             str(a["version"] or NONE), (a["chain_hash"] or NONE)[:16]]
            for a in rows
            if a["service"] == service
        ],
    }  # fmt: skip


def _actor(a: Row) -> str:
    name = a["actor_name"] or a["actor"]
    return name if a["actor"] == a["capacity"] else f"{name} ({a['capacity']})"


def _chain(s: Mapping[str, Any], zone: str) -> list[str]:
    last = s["last_anchor"]
    held = ", ".join(stage_words(h) for h in last["held_by"]) if last else NONE
    return [
        stage_words(s["service"]), str(s["sealed"]), "utuh" if s["whole"] else f"{len(s['findings'])} temuan",
        f"segel {last['seal']}, {at(last['at'], zone)}" if last else "belum ada", held,
    ]  # fmt: skip
