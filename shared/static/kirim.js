// One file on its way to the object store: by one form, or in parts. It is paused, cut off and resumed, here and after
// the page was loaded again; only what has not come is sent. Nothing here knows of the page.
"use strict";

const of = typeof require === "function"
  ? { ...require("./sha256.js"), ...require("./jaringan.js") }
  : { Sha256, sha256Of, update, Away, Again, Gone, Stopped, Refusal };

const PARTS_AT_ONCE = 3;
const FRUITLESS = 6; // answers that make no sense to try again, one after the other
const KEPT_MS = 7 * 24 * 3600 * 1000;
const UNREADABLE = "Berkas ini tidak dapat dibaca lagi. Hapus dari daftar, lalu pilih lagi.";

// Which upload a file was, by what the browser tells of it, so that it goes on after the page was loaded again.
class Memory {
  constructor(storage) {
    this.storage = storage;
  }

  static key(file) {
    return `alurwarta.unggahan.${file.name}.${file.size}.${file.lastModified}`;
  }

  get(file) {
    try {
      const found = JSON.parse(this.storage.getItem(Memory.key(file)));
      return found && Date.now() - found.at < KEPT_MS ? found.id : null;
    } catch {
      return null; // storage may be full, or forbidden
    }
  }

  set(file, id) {
    try {
      if (id) this.storage.setItem(Memory.key(file), JSON.stringify({ id, at: Date.now() }));
      else this.storage.removeItem(Memory.key(file));
    } catch {
      // then it begins anew after a reload
    }
  }
}

function aboutOf(file) {
  const plain = (file.type || "").split(";")[0];
  const known = /^[a-z]+\/[A-Za-z0-9.+-]{1,100}$/.test(plain);
  return { name: file.name, content_type: known ? plain : "application/octet-stream", size: file.size };
}

// `line` has `ask(method, path, body)`, `send(method, url, body, { signal, progress })` and `wait(tries)`.
class Upload {
  constructor(file, { line, memory, files, tell = () => {} }) {
    Object.assign(this, { file, line, memory, files, tell });
    this.id = memory.get(file);
    this.moving = new Map(); // bytes of each part on its way
    this.arrived = 0;
    this.tries = 0;
    this.fruitless = 0;
    this.stop = new AbortController();
    this.paused = false;
    this.removed = false;
    this.afresh();
  }

  afresh() {
    this.digest = new of.Sha256();
    this.hashed = 0;
    this.sha256 = null;
  }

  // Resolves to what a form names, rejects with a Refusal. `given` is the answer to a request for many at once.
  async run(given = null) {
    let known = given;
    this.posted = null;
    for (;;) {
      try {
        if (this.paused) await this.resumed;
        const attempt = known;
        known = null;
        return await this.files.take(() => this.attempt(attempt));
      } catch (error) {
        if (this.removed) throw new of.Stopped();
        await this.recover(error);
      }
    }
  }

  async recover(error) {
    if (error instanceof of.Stopped) return;
    if (error instanceof of.Gone) this.forget();
    else if (error instanceof of.Away) {
      this.say("terputus");
      await this.line.wait(this.tries, this.stop.signal);
      this.tries += 1;
      return;
    } else if (!(error instanceof of.Again)) {
      const unreadable = typeof DOMException !== "undefined" && error instanceof DOMException;
      throw unreadable ? new of.Refusal(UNREADABLE) : error;
    }
    this.fruitless += 1;
    if (this.fruitless > FRUITLESS) throw new of.Refusal("Penyimpanan menolak berkas. Coba lagi nanti.");
    if (this.fruitless > 1) await this.line.wait(this.fruitless, this.stop.signal);
  }

  async attempt(known) {
    this.check();
    const given = known || (await (this.id ? this.look() : this.begin()));
    if (this.removed) this.tellRemoved(given.id);
    else this.keep(given.id);
    this.check();
    if (given.state === "complete") return this.done(given.sha256);
    this.arrived = 0;
    this.say("mengirim");
    const sha256 = given.parts ? await this.parts(given.parts) : await this.whole(given);
    this.say("menyelesaikan");
    await this.line.ask("POST", `/api/v1/uploads/${this.id}/complete`, { sha256 });
    return this.done(sha256);
  }

  keep(id) {
    if (this.id && id !== this.id) this.afresh();
    this.id = id;
    this.memory.set(this.file, id);
  }

  done(sha256) {
    this.arrived = this.file.size;
    this.say("terkirim");
    return { upload: this.id, sha256, name: this.file.name };
  }

  begin() {
    return this.line.ask("POST", "/api/v1/uploads", aboutOf(this.file));
  }

  async look(from = 1) {
    const found = await this.line.ask("GET", `/api/v1/uploads/${this.id}?from=${from}`);
    if (found.used) throw new of.Gone(); // it belongs to a Report already: this is another
    return found;
  }

  async whole(given) {
    const data = new FormData();
    Object.entries(given.fields).forEach(([name, value]) => data.append(name, value));
    data.append("file", this.file);
    this.sha256 = this.sha256 || (await of.sha256Of(this.file));
    if (this.posted !== this.id) await this.carry(0, "POST", given.url, data, this.file.size);
    this.posted = this.id; // and is not sent twice where only the last answer is lost
    return this.sha256;
  }

  // Hashes the parts in order, and sends those that have not come while it goes on.
  async parts({ size, count, done, urls }) {
    const there = new Set(done);
    const at = new Map(urls.map(({ number, url }) => [number, url]));
    const bytes = (n) => Math.min(n * size, this.file.size) - (n - 1) * size;
    const sending = new Set();
    let failed = null;
    this.arrived = done.reduce((sum, n) => sum + bytes(n), 0);
    for (let n = 1; n <= count && !failed; n += 1) {
      const blob = this.file.slice((n - 1) * size, n * size);
      await this.hash(n * size, blob);
      if (there.has(n)) continue;
      while (sending.size >= PARTS_AT_ONCE) await Promise.race(sending);
      if (failed) break;
      if (!at.has(n)) (await this.look(n)).parts.urls.forEach(({ number, url }) => at.set(number, url));
      if (!at.has(n)) continue; // it came with an answer that was lost
      const one = this.carry(n, "PUT", at.get(n), blob, blob.size)
        .catch((error) => { failed = failed || error; })
        .finally(() => sending.delete(one));
      sending.add(one);
    }
    await Promise.all(sending);
    if (failed) throw failed;
    this.sha256 = this.sha256 || this.digest.hex();
    return this.sha256;
  }

  async hash(end, blob) {
    this.check();
    if (this.hashed >= end || this.sha256) return;
    await of.update(this.digest, blob);
    this.hashed = end;
  }

  async carry(number, method, url, body, size) {
    const progress = (loaded) => {
      this.moving.set(number, Math.min(loaded, size));
      this.say("mengirim");
    };
    try {
      const status = await this.line.send(method, url, body, { signal: this.stop.signal, progress });
      if (status >= 500 || status === 429) throw new of.Away();
      if (status >= 300) throw new of.Again(); // the URL has ended, or the upload
      this.arrived += size;
      this.tries = 0;
      this.fruitless = 0;
    } finally {
      this.moving.delete(number);
    }
  }

  say(state) {
    const moving = Array.from(this.moving.values()).reduce((sum, n) => sum + n, 0);
    this.tell(this.paused ? "dijeda" : state, Math.min(this.arrived + moving, this.file.size));
  }

  check() {
    if (this.removed || this.paused) throw new of.Stopped();
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    this.resumed = new Promise((go) => { this.go = go; });
    this.stop.abort();
    this.say("dijeda");
  }

  resume() {
    if (!this.paused) return;
    this.paused = false;
    this.stop = new AbortController();
    this.say("menunggu");
    this.go();
  }

  forget() {
    this.memory.set(this.file, null);
    this.id = null;
    this.arrived = 0;
    this.afresh();
  }

  // Takes it back at the store too; what cannot be told now, the sweep finds.
  async remove() {
    this.removed = true;
    this.stop.abort();
    if (this.paused) this.go();
    const { id } = this;
    this.forget();
    if (id) await this.tellRemoved(id);
  }

  tellRemoved(id) {
    return this.line.ask("DELETE", `/api/v1/uploads/${id}`).catch(() => {});
  }
}

// Begins those that are new by one request, and runs all. `settle(upload, promise)` gets the end of each.
async function runAll(uploads, line, settle) {
  const fresh = uploads.filter((u) => !u.id);
  uploads.filter((u) => u.id).forEach((u) => settle(u, u.run()));
  for (let at = 0; at < fresh.length; at += 100) {
    const some = fresh.slice(at, at + 100);
    try {
      const answer = await beginMany(some, line);
      some.forEach((u, i) => settle(u, start(u, answer[i])));
    } catch (error) {
      some.forEach((u) => settle(u, Promise.reject(error)));
    }
  }
}

function start(upload, given) {
  if (given.problem) return Promise.reject(new of.Refusal(given.problem.detail));
  if (upload.removed) { // while it was asked for
    upload.tellRemoved(given.id);
    return Promise.reject(new of.Stopped());
  }
  return upload.run(given);
}

async function beginMany(uploads, line) {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await line.ask("POST", "/api/v1/uploads", { files: uploads.map((u) => aboutOf(u.file)) })).uploads;
    } catch (error) {
      if (!(error instanceof of.Away)) throw error;
      uploads.forEach((u) => u.say("terputus"));
      await line.wait(tries);
    }
  }
}

if (typeof module !== "undefined") module.exports = { Memory, Upload, runAll, aboutOf };
