"""The evidence on paper: everything that the JSON tells finds its place, and what speaks against it stands first."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from deploy.audit import evidence, paper
from deploy.cli.audit import EVIDENCE
from services.review.report import typeset
from services.review.report.document import Head
from services.review.report.letter import Letter
from shared.office_files import of_files
from shared.topics import SERVICES
from tests.support.stack import HOUSE

KEEPER = of_files(HOUSE / "deploy/sop.toml", HOUSE / "deploy/calendar.toml")
AT = "2026-11-23T01:30:05+00:00"
STORY = "01a21a4f-8bc3-73e7-9933-1dbcc0bda9e9"
REPORT = "01a21a4f-828b-73ab-8b67-8291cb183e62"
HASH = "0123456789abcdef" * 4
RINA = {"account": "admin", "name": "Rina", "capacity": "Admin"}
BUDI = {"account": "sekretaris", "name": "Budi", "capacity": "Sekretaris"}


def chain(service: str, *findings: str) -> dict[str, Any]:
    last = {"seal": 41, "hash": HASH, "at": AT, "held_by": [s for s in SERVICES if s != service]}
    return {"service": service, "sealed": 41, "newest_seal": 41, "whole": not findings, "findings": list(findings),
            "last_anchor": None if findings else last}  # fmt: skip


def found(**more: Any) -> dict[str, Any]:
    """One Story of one recorded Report, returned, revoked, corrected and taken down."""
    told: dict[str, Any] = {
        "format": evidence.FORMAT, "asked": STORY, "made_at": AT, "made_by": "perintah:root",
        "reports": [{
            "id": REPORT, "unit": "bidang-perumahan", "title": "Serah terima #kunci *Rutilahu*", "state": "received",
            "source": None, "request_id": None, "sent_by": "admin", "sent_by_name": "Rina", "sent_by_capacity": "Admin",
            "recorded_of": "Ketua RW 05", "recorded_sent_at": AT, "happened_at": AT, "received_at": AT,
            "supplements": [{"received_at": AT, "sent_by": "sumber:simpeg", "sent_by_name": None}],
            "files": [
                {"name": "foto.jpg", "state": "erased", "private": False, "size": 82_000, "sha256": HASH},
                {"name": "obrolan.png", "state": "accepted", "private": True, "size": None, "sha256": HASH},
            ],
        }],
        "erasures": [{"at": AT, "sha256": HASH, "reason": "Surat 12/PDP/2026", "by": RINA, "approved_by": BUDI}],
        "stories": [{
            "id": STORY, "title": "Rutilahu", "state": "taken-down", "hashes_agree": False,
            "taken_down_at": AT, "taken_down_reason": "Permintaan warga", "live": [],
            "versions": [
                {"version": n, "saved_at": AT, "author_name": "Rina", "author_capacity": "Admin", "reason": "Naskah",
                 "content_sha256": HASH, "content_matches": n == 1, "erased_files": [REPORT] if n == 2 else []}
                for n in (1, 2, 3)
            ],
            "submissions": [{"cycle": 1, "version": 1, "submitted_at": AT, "submitted_by": RINA, "state": "returned"}],
            "dispositions": [{"version": 1, "to_whom": BUDI, "note": "Mohon periksa", "by": RINA, "at": AT}],
            "offer_withdrawals": [{"version": 2, "note": "Data berubah", "by": RINA, "at": AT}],
            "confirmations": [{"version": 3, "note": "Sudah benar", "by": BUDI, "at": AT}],
            "ppid_decisions": [{"version": 2, "outcome": "exempt", "number": "PPID/12/2026", "recorded_by": RINA,
                                "recorded_at": AT, "consequence_test": "Mengancam keselamatan korban"}],
            "decisions": [
                {"version": 1, "decision": "returned", "decided_by": BUDI, "decided_at": AT, "content_sha256": HASH,
                 "reasons": [{"code": "data-perlu-diperiksa", "note": "Cocokkan dengan SK."}], "legal_basis": "",
                 "until": None},
                {"version": 2, "decision": "withheld", "decided_by": BUDI, "decided_at": AT, "content_sha256": HASH,
                 "reasons": [], "legal_basis": "UU 14/2008 pasal 17 huruf h", "until": "2027-09-08",
                 "mandate": "ST-4/2026"},
            ],
            "revocations": [{"version": 2, "at": AT, "reason": "official", "by": BUDI, "note": "Salah lampiran"}],
            "publications": [{"version": 3, "state": "taken-down", "started_by": RINA, "started_at": AT,
                              "published_at": AT, "ended_by": BUDI, "ended_reason": "Permintaan warga"}],
            "deliveries": [
                {"channel": "instagram", "version": 3, "state": "failed", "url": "", "reason": "Token habis",
                 "way": None, "confirmed_by": None, "waiver": {"note": "x"}, "since": AT},
                {"channel": "site", "version": 3, "state": "live", "reason": "",
                 "url": "https://contoh.go.id/berita/" + "rutilahu-" * 12,
                 "way": "attested", "confirmed_by": RINA, "waiver": None, "since": AT},
            ],
        }],
        "clocks": [{
            "stage": "review", "item": STORY, "cycle": 2, "opened_at": AT, "closed_at": None, "target_seconds": 7200,
            "working_seconds": None, "elapsed_seconds": None, "outcome": None, "punctuality": None,
            "keterangan": [{"note": "Pimpinan dinas luar", "name": "Budi", "capacity": "Sekretaris", "at": AT}],
        }],
        "audit": [{
            "service": "review", "seal": None, "at": AT, "actor": "sistem", "capacity": "sistem", "actor_name": None,
            "origin": None, "action": "review.opened", "version": 1, "chain_hash": None,
        }],
        "verification": {"whole": True, "services": [chain(s) for s in SERVICES]},
    }  # fmt: skip
    return told | more


def words(told: dict[str, Any], file: Path) -> str:
    made = paper.paper(told, Letter(), Head(), KEEPER)
    file.write_bytes(typeset.pdf(made, at=datetime(2026, 11, 23, tzinfo=UTC), template=EVIDENCE))
    pages = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(file)]
    return " ".join("".join(pages).split())


@pytest.mark.parametrize(
    "wanted",
    [
        "Serah terima #kunci *Rutilahu*", "Ketua RW 05", "obrolan.png", "dihapus", "Surat 12/PDP/2026", "TIDAK COCOK",
        "berkas dihapus menurut UU PDP", "pengajuan ke-2", "berjalan", "Pimpinan dinas luar", "ST-4/2026",
        "UU 14/2008 pasal 17 huruf h", "dicabut pejabat", "Token habis", "dinyatakan oleh petugas, Rina (Admin)",
        "disposisi kepada Budi", "persetujuan darurat disahkan", "keputusan PPID PPID/12/2026: dikecualikan",
        "Penurunan", "berbeda dari versinya", "23-11-2026 08.30.05 WIB",
    ],
)  # fmt: skip
def test_everything_that_the_json_tells_is_on_paper(wanted: str, tmp_path: Path) -> None:
    assert wanted in words(found(), tmp_path / "bukti.pdf")


def test_findings_stand_before_the_evidence(tmp_path: Path) -> None:
    broken = [chain(s, *(["audit row 7 was removed (seal 7)"] if s == "review" else [])) for s in SERVICES]
    told = words(found(verification={"whole": False, "services": broken}), tmp_path / "bukti.pdf")
    assert told.index("audit row 7 was removed (seal 7)") < told.index("Bahan informasi")
    assert "utuh dan cocok" not in told
    assert "belum ada" in told


def test_a_report_of_which_no_story_was_made_has_evidence_too(tmp_path: Path) -> None:
    told = words(found(stories=[], clocks=[], audit=[]), tmp_path / "bukti.pdf")
    assert REPORT in told
    assert "Versi naskah" not in told


def test_the_same_evidence_is_the_same_json_and_the_same_pdf_to_the_byte(tmp_path: Path) -> None:
    again = json.loads(evidence.text(found()))
    assert evidence.sha256(again) == evidence.sha256(found())
    words(found(), tmp_path / "1.pdf")
    words(again, tmp_path / "2.pdf")
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
