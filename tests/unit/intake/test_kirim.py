"""The page's script sends a file through a bad connection: only what is missing, once, and says why where it cannot."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[3] / "shared" / "static"
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the page's script")

# A service and a store of ten-byte parts, on a line that fails as each test tells.
WORLD = """
const { Upload, Turns, Memory, runAll, Away, Gone, Refusal, Stopped } = require(process.argv[1] + "/unggah.js");
const bytes = new Uint8Array(45).map((_, i) => (i * 31) % 251);
const fileOf = (name, size = 45) => new File([bytes.subarray(0, size)], name, { type: "video/mp4", lastModified: 7 });
const log = [];
const store = { parts: new Map(), state: "open", id: "u1", sha256: null, limit: 100 };
const kept = new Map();
const storage = {
  getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k),
};
const urls = (from) => [1, 2, 3, 4, 5].filter((n) => n >= from && !store.parts.has(n)).slice(0, store.limit)
  .map((number) => ({ number, url: `part/${number}` }));
const given = (from = 1) => ({ id: store.id, state: store.state, used: store.used, sha256: store.sha256,
  parts: { size: 10, count: 5, done: [...store.parts.keys()].sort(), urls: urls(from) } });
const line = {
  trouble: {}, waits: [],
  async ask(method, path, body) {
    log.push(`${method} ${path.replace("/api/v1", "")}`);
    const error = line.trouble[`${method} ${path}`]?.shift();
    if (error) throw error;
    if (method === "DELETE") return {};
    if (path.endsWith("/complete")) { store.state = "complete"; store.sha256 = body.sha256; return { id: store.id }; }
    if (method === "POST" && body.files) return { uploads: body.files.map((f, i) => f.name.endsWith(".exe")
      ? { problem: { detail: "Jenis berkas tidak diterima." } }
      : { id: `m${i}`, url: "form", fields: { key: f.name } }) };
    return given(+(path.split("from=")[1] || 1));
  },
  async send(method, url, body, { signal, progress }) {
    log.push(`${method} ${url}`);
    const trouble = line.trouble[url]?.shift();
    await new Promise((go) => setTimeout(go, 1));
    if (signal.aborted) throw new Stopped();
    if (trouble instanceof Error) throw trouble;
    if (trouble) return trouble;
    if (method === "POST") return 204;
    progress(body.size);
    store.parts.set(+url.split("/")[1], Buffer.from(await body.arrayBuffer()));
    return 200;
  },
  async wait(tries) { line.waits.push(tries); },
};
const told = [];
const tell = (state, sent) => told.push([state, sent]);
const context = { line, memory: new Memory(storage), files: new Turns(3), tell };
const make = (name = "a.mp4", size = 45) => new Upload(fileOf(name, size), context);
const whole = () => Buffer.concat([...store.parts.keys()].sort().map((n) => store.parts.get(n))).toString("hex");
const out = (more) => console.log(JSON.stringify(
  { log, told, waits: line.waits, kept: [...kept], whole: whole(), ...more }));
(async () => {
"""
BYTES = bytes((i * 31) % 251 for i in range(45))
SHA256 = hashlib.sha256(BYTES).hexdigest()


def played(scene: str) -> dict[str, Any]:
    code = WORLD + scene + "\n})();"
    done = subprocess.run(["node", "-e", code, str(STATIC)], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sent(seen: dict[str, Any]) -> list[str]:
    return [line for line in seen["log"] if line.startswith("PUT")]


def test_a_large_file_goes_in_parts_and_is_hashed_on_the_way() -> None:
    seen = played("const done = await make().run(); out({ done });")
    assert seen["done"] == {"upload": "u1", "sha256": SHA256, "name": "a.mp4"}
    assert sent(seen) == [f"PUT part/{n}" for n in range(1, 6)]
    assert seen["whole"] == BYTES.hex()
    assert seen["told"][-1] == ["terkirim", 45]


def test_after_the_page_was_loaded_again_only_what_is_missing_is_sent() -> None:
    seen = played(
        """for (const n of [1, 3]) store.parts.set(n, Buffer.from(bytes.subarray(n * 10 - 10, n * 10)));
        kept.set(Memory.key(fileOf("a.mp4")), JSON.stringify({ id: "u1", at: Date.now() }));
        const done = await make().run(); out({ done });"""
    )
    assert seen["log"][0] == "GET /uploads/u1?from=1"
    assert sent(seen) == ["PUT part/2", "PUT part/4", "PUT part/5"]
    assert (seen["done"]["sha256"], seen["whole"]) == (SHA256, BYTES.hex())


def test_a_connection_that_is_lost_is_tried_again_with_the_missing_parts() -> None:
    seen = played(
        """line.trouble = { "part/3": [new Away(), new Away()], "POST /api/v1/uploads/u1/complete": [new Away()] };
        const done = await make().run(); out({ done });"""
    )
    assert seen["done"]["sha256"] == SHA256
    assert seen["whole"] == BYTES.hex()
    for n, times in ((1, 1), (2, 1), (3, 3)):
        assert sent(seen).count(f"PUT part/{n}") == times
    assert len(seen["waits"]) == 3


def test_a_url_that_has_ended_is_asked_for_anew() -> None:
    seen = played("""line.trouble = { "part/2": [403] }; const done = await make().run(); out({ done });""")
    assert seen["done"]["sha256"] == SHA256
    assert "GET /uploads/u1?from=1" in seen["log"]


def test_more_parts_than_one_answer_has_are_asked_for_when_their_turn_comes() -> None:
    seen = played("store.limit = 2; const done = await make().run(); out({ done });")
    assert seen["whole"] == BYTES.hex()
    assert "GET /uploads/u1?from=3" in seen["log"]


def test_an_upload_that_is_gone_or_used_begins_anew() -> None:
    for trouble in ('line.trouble = { "GET /api/v1/uploads/lama?from=1": [new Gone()] };', "store.used = true;"):
        seen = played(
            f"""{trouble} kept.set(Memory.key(fileOf("a.mp4")), JSON.stringify({{ id: "lama", at: Date.now() }}));
            const done = await make().run(); out({{ done }});"""
        )
        assert seen["log"][:2] == ["GET /uploads/lama?from=1", "POST /uploads"]
        assert seen["done"]["upload"] == "u1"


def test_a_complete_upload_is_not_sent_again() -> None:
    seen = played(
        """store.state = "complete"; store.sha256 = "ab";
        kept.set(Memory.key(fileOf("a.mp4")), JSON.stringify({ id: "u1", at: Date.now() }));
        const done = await make().run(); out({ done });"""
    )
    assert (seen["done"]["sha256"], sent(seen)) == ("ab", [])


def test_a_paused_file_sends_nothing_until_it_goes_on() -> None:
    seen = played(
        """const up = make(); const end = up.run(); up.pause();
        await new Promise((go) => setTimeout(go, 40)); const before = log.length;
        const puts = log.filter((l) => l.startsWith("PUT")).length;
        up.resume(); const done = await end; out({ done, before, puts });"""
    )
    assert seen["puts"] == 0
    assert seen["before"] <= 1
    assert (seen["done"]["sha256"], seen["whole"]) == (SHA256, BYTES.hex())
    assert seen["log"].count("POST /uploads") == 1
    assert any(state == "dijeda" for state, _ in seen["told"])


def test_a_removed_file_is_taken_back_and_forgotten() -> None:
    seen = played(
        """const up = make(); const end = up.run().catch((e) => e.constructor.name);
        await new Promise((go) => setTimeout(go, 2)); await up.remove(); out({ end: await end });"""
    )
    assert seen["end"] == "Stopped"
    assert "DELETE /uploads/u1" in seen["log"]
    assert seen["kept"] == []


def test_thirty_photographs_are_asked_for_at_once_and_a_refused_one_stops_no_other() -> None:
    seen = played(
        """const ups = Array.from({ length: 30 }, (_, i) => make(i === 4 ? "x.exe" : `${i}.jpg`, 9));
        const ends = []; await runAll(ups, line, (up, p) => ends.push(p.catch((e) => e.message)));
        const ended = await Promise.all(ends); out({ ended });"""
    )
    assert seen["log"].count("POST /uploads") == 1
    assert seen["log"].count("POST form") == 29
    assert [e for e in seen["ended"] if isinstance(e, str)] == ["Jenis berkas tidak diterima."]
    assert seen["ended"][0]["sha256"] == hashlib.sha256(BYTES[:9]).hexdigest()


def test_what_never_succeeds_ends_with_a_sentence() -> None:
    seen = played(
        """line.trouble = { "part/1": Array(20).fill(403) }; const end = await make().run().catch((e) => e.message);
        out({ end });"""
    )
    assert seen["end"].endswith(".")
