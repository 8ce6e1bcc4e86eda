"""What lies on the four desks when the browser comes: some items in every state, made by the steps of the SOP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from deploy.embedded.demo import SAMPLES, add_accounts, walk_all
from deploy.embedded.house import House
from deploy.embedded.staff import Staff, until
from shared import accounts

HOSTILE = '<script>alert(1)</script> "Rapat" مرحبا 🏘️ ' + "Panjang" * 20
TITLES = {
    "received": "Peninjauan jalan lingkungan Kelurahan Jatiasih",
    "claimed": "Rapat koordinasi penataan kawasan",
    "sent-back": "Penyerahan kunci rumah susun",
    "withdrawn": "Kunjungan kerja yang batal",
    "overdue": "Kegiatan lama yang terlambat dilaporkan",
    "immediate": "Peringatan dini banjir di tiga kelurahan",
    "practice": "Latihan mengirim bahan",
    "hostile": HOSTILE,
    "draft": "Sosialisasi pendaftaran rusunawa",
    "open": "Perbaikan saluran air di Bekasi Utara",
    "returned": "Pelatihan tukang bersertifikat",
    "declined": "Ucapan selamat hari jadi",
    "withheld": "Rincian pembebasan lahan",
    "approved": "Penanaman pohon di taman lingkungan",
    "revoked": "Peresmian taman bacaan",
    "taken-down": "Pengumuman dengan angka yang keliru",
}
RIGHTS = {
    "alt": "Deretan rumah di tepi jalan.", "credit": "Humas", "licence": "Apache-2.0", "consent": "official-duty",
    "consent_note": "Tidak ada orang yang dapat dikenali.",
}  # fmt: skip
# Additional people beside the demo's: role, account, name, capacity.
WATCHERS = (
    ("pengawas", "inspektur", "Sari Pengawas", "Auditor Inspektorat"),
    ("operator", "pengelola", "Joko Pengelola", "Pengelola sistem"),
)
ACCOUNTS = {
    "bidang": "bidang.perumahan", "admin": "admin", "pimpinan": "sekretaris",
    "pengawas": "inspektur", "operator": "pengelola",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """`reports` and `stories`: ids by their state, as in TITLES; `published`: addresses of public pages."""

    reports: dict[str, str]
    stories: dict[str, str]
    published: tuple[str, ...]


async def people(running: House, secret: str) -> None:
    """The demo's staff, and who watches."""
    await add_accounts(running, secret)
    conn = await asyncpg.connect(running.owner_dsn)
    try:
        for role, account, name, capacity in WATCHERS:
            await accounts.add(conn, account, password=secret, name=name, capacity=capacity, roles=[role], unit=None)
    finally:
        await conn.close()


async def played(running: House, secret: str) -> Scene:
    """Play the whole scene; takes some seconds."""
    walks = await walk_all(running, secret, lambda _: None)
    crew = {role: await Staff.log_in(running.staff_url, account, secret) for role, account in ACCOUNTS.items()}
    actors = Actors(crew["bidang"], crew["admin"], crew["pimpinan"])
    try:
        reports = await actors.leave_reports()
        stories = await actors.leave_stories()
    finally:
        for one in crew.values():
            await one.close()
    whole = {"published": walks[0].story}
    return Scene({"published": walks[0].report} | reports, whole | stories, tuple(w.url for w in walks))


@dataclass(frozen=True)
class Actors:
    bidang: Staff
    admin: Staff
    leader: Staff

    async def leave_reports(self) -> dict[str, str]:
        made = {state: await self.send(state) for state in ("received", "claimed", "sent-back", "withdrawn", "hostile")}
        made["overdue"] = await self.send("overdue", days=40)
        made["immediate"] = await self.send("immediate", urgency="immediate")
        made["practice"] = await self.send("practice", practice=True)
        made["with-file"] = await self.send("received", file="rumah.jpg")
        for report in made.values():
            await self.arrived(report)
        await self.bidang.post(f"/api/v1/reports/{made['withdrawn']}/withdraw", {"reason": "Kegiatan dibatalkan"})
        await self.admin.post(f"/api/v1/inbox/{made['claimed']}/claim", {})
        asked: dict[str, Any] = {
            "reasons": [{"code": "foto-kurang", "note": "Tambah foto warga"}],
            "question": "Siapa?",
        }
        await self.admin.post(f"/api/v1/inbox/{made['sent-back']}/send-back", asked)
        return made

    async def leave_stories(self) -> dict[str, str]:
        made = {"draft": await self.compile("draft"), "open": await self.submit("open")}
        why: dict[str, Any] = {"reasons": [{"code": "lain", "note": "Belum lengkap"}]}
        made["returned"] = await self.decide("returned", **why)
        made["declined"] = await self.decide("declined", **why)
        made["withheld"] = await self.decide("withheld", legal_basis="UU 14/2008 Pasal 17 huruf h")
        made["approved"] = await self.decide("approved")
        made["revoked"] = await self.decide("approved", "revoked")
        await self.leader.post(f"/api/v1/reviews/{made['revoked']}/revoke", {"version": 1, "note": "Salah tanggal"})
        made["taken-down"] = await self.decide("approved", "taken-down")
        await self.take_down(made["taken-down"])
        return made

    async def send(self, state: str, *, days: float = 0.02, file: str = "", **more: Any) -> str:
        told: dict[str, Any] = {
            "title": TITLES[state], "text": "Kegiatan berjalan baik.\n\nWarga hadir.", "place": "Bekasi",
            "happened_at": (datetime.now(UTC) - timedelta(days=days)).isoformat(),
        }  # fmt: skip
        if file:
            told["media"] = [await self.bidang.upload(SAMPLES / Path(file))]
        return str((await self.bidang.post("/api/v1/reports", told | more))["report"])

    async def arrived(self, report: str) -> None:
        async def there() -> bool | None:
            rows = await self.admin.get("/api/v1/inbox")
            if not any(r["report"] == report for r in rows["reports"]):
                return None
            found = await self.admin.get(f"/api/v1/inbox/{report}")
            return all(m["state"] != "checking" for m in found["media"]) or None

        await until("the report in the inbox, its files checked", there)

    async def compile(self, state: str, *, file: str = "") -> str:
        report = await self.send(state, file=file)
        await self.arrived(report)
        return str((await self.admin.post("/api/v1/stories", {"reports": [report]}))["story"])

    async def submit(self, state: str, *, channels: Sequence[str] = (), file: str = "") -> str:
        """For the site, and for other channels where they are named, with a picture where its file is."""
        story = await self.compile(state, file=file)
        body = [{"kind": "paragraph", "spans": [{"text": "Isi berita yang akan disaring."}]}]
        content: dict[str, Any] = {"title": TITLES[state], "lead": "Teras berita.", "body": body}
        if channels:
            words = dict.fromkeys(channels, "Berita baru dari dinas. #Bekasi")
            content |= {"channels": ["site", *channels], "channel_texts": words}
        if file:
            (report,) = (await self.admin.get(f"/api/v1/stories/{story}"))["reports"]
            found = await self.admin.get(f"/api/v1/inbox/{report}")
            content["media"] = [{"id": m["id"], **RIGHTS} for m in found["media"]]
        await self.admin.post(f"/api/v1/stories/{story}/versions", {"expected_version": 0, "content": content})
        await self.admin.post(f"/api/v1/stories/{story}/submit", {"version": 1})
        await until("the story before the leader", lambda: self._review(story))
        return story

    async def decide(
        self, decision: str, state: str = "", *, channels: Sequence[str] = (), file: str = "", **more: Any
    ) -> str:
        story = await self.submit(state or decision, channels=channels, file=file)
        review = await self.leader.get(f"/api/v1/reviews/{story}")
        exact = {k: review[k] for k in ("version", "content_sha256")}
        await self.leader.post(f"/api/v1/reviews/{story}/decisions", exact | {"decision": decision} | more)
        return story

    async def give_up(self, story: str) -> None:
        """Leave nothing of a test's own story on the board that all tests look at."""
        await self.admin.post(f"/api/v1/stories/{story}/abandon", {"reason": "Uji selesai."})

    async def take_down(self, story: str) -> None:
        await until("the approved story before the Admin", lambda: self._publication(story, "ready"))
        await self.admin.post(f"/api/v1/publications/{story}/publish", {"version": 1})
        await until("the story in public", lambda: self._publication(story, "published"))
        await self.admin.post(f"/api/v1/publications/{story}/take-down", {"reason": "Angkanya keliru"})

    async def _review(self, story: str) -> bool | None:
        rows = await self.leader.get("/api/v1/reviews")
        return any(r["line"]["story"] == story for r in rows["reviews"]) or None

    async def _publication(self, story: str, state: str) -> bool | None:
        rows = (await self.admin.get("/api/v1/publications"))["publications"]
        return any(r["story"] == story and r["state"] == state for r in rows) or None
