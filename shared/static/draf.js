// A form that is kept while it is typed: on this device at once, on the server when there is a connection.
// What another device wrote is never overwritten: the person is asked.
"use strict";

const QUIET_MS = 1200; // without a key pressed, until it is saved on the server
const PATHS = { bahan: "/bahan/baru", catat: "/bahan/catat" };

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

class Keeper {
  constructor(form, line, laci) {
    Object.assign(this, { form, line, laci });
    this.kind = form.dataset.draf;
    this.account = form.dataset.akun;
    this.writer = newId();
    this.version = Number(form.elements.versi.value) || 0;
    this.dirty = false;
    this.saving = null;
    this.asking = false;
    this.timer = null;
    this.files = null;
    this.typed = new Set(); // before what this device kept was read
    this.restored = new Promise((done) => { this.goOn = done; });
    this.isRestored = false;
    this.status = form.querySelector("[data-tersimpan]");
    form.addEventListener("input", ({ target }) => { this.typed.add(target); this.changed(); });
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty) this.soon(0); });
  }

  get id() {
    return this.form.elements.kunci.value;
  }

  get inputs() {
    return Array.from(this.form.elements).filter((input) => input.dataset.kolom !== undefined);
  }

  get fields() {
    const filled = {};
    this.inputs.forEach((input) => {
      const value = input.type === "checkbox" ? (input.checked ? input.value : "") : input.value;
      if (value.trim()) filled[input.name] = value;
    });
    return filled;
  }

  fill(fields, except = new Set()) {
    this.inputs.filter((input) => !except.has(input)).forEach((input) => {
      if (input.type === "checkbox") input.checked = Boolean(fields[input.name]);
      else input.value = fields[input.name] || "";
    });
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  changed() {
    this.dirty = true;
    this.name();
    if (!this.isRestored) return; // what was kept is not written over before it was read
    this.keepHere();
    this.soon(QUIET_MS);
  }

  // The page's own address names the draft, so that loading it again goes on with it.
  name() {
    const address = `${PATHS[this.kind]}?draf=${this.id}`;
    if (location.pathname + location.search !== address) history.replaceState(null, "", address);
  }

  // On this device: no connection is needed, and none is waited for.
  async keepHere() {
    const { id, kind, account, version, fields, dirty } = this;
    try {
      await this.laci.put("draf", { id, kind, account, version, fields, dirty, files: this.files ? this.files.about : [] });
      return true;
    } catch {
      return false; // a private window, or a full device
    }
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save().catch(() => {}), wait);
  }

  // Resolves when the server has what the page shows; one saving at a time. Rejects with Away, LoggedOut, Conflict, Refusal.
  async save() {
    await this.restored;
    while (this.saving) await this.saving.catch(() => {});
    if (!this.dirty) return;
    if (this.asking) throw new Conflict({ detail: "" }); // the person has not chosen yet
    this.saving = this.put();
    try {
      await this.saving;
    } finally {
      this.saving = null;
    }
  }

  async put() {
    const { id, kind, writer, version, fields } = this;
    this.dirty = false;
    try {
      const answer = await this.line.ask("PUT", `/api/v1/drafts/${id}`, { kind, writer, version, fields, files: this.files.about });
      this.stored(answer);
    } catch (error) {
      this.dirty = true;
      this.failed(error);
      throw error;
    }
  }

  stored({ version, updated_at: at }) {
    this.version = version;
    this.form.elements.versi.value = version;
    this.say(`Draf tersimpan pukul ${at.slice(11, 16).replace(":", ".")}.`); // the office's own hour, as it was told
    this.keepHere();
    this.name();
  }

  async failed(error) {
    if (error instanceof Conflict) {
      this.conflict(error.answer);
      return;
    }
    const here = await this.keepHere();
    if (error instanceof LoggedOut) this.loggedOut(here);
    else if (!here) this.say("Draf belum tersimpan. Biarkan halaman ini terbuka.");
    else if (error instanceof Away) {
      this.say("Tidak ada sambungan. Draf tersimpan di perangkat ini dan dikirim ke server begitu tersambung.");
      this.soon(15000);
    } else this.say(`Draf tersimpan di perangkat ini saja. ${error.message}`);
  }

  loggedOut(here = true) {
    const box = this.form.querySelector("[data-masuk]");
    box.querySelector("a").href = `/masuk?ke=${encodeURIComponent(`${PATHS[this.kind]}?draf=${this.id}`)}`;
    this.say(here ? "Draf tersimpan di perangkat ini." : "");
    if (box.hidden) setTimeout(() => box.scrollIntoView({ block: "center" })); // once, not while one types on
    box.hidden = false;
  }

  conflict(answer) {
    if (answer.report) {
      this.laci.forget(this.id).catch(() => {});
      const box = this.form.querySelector("[data-sudah]");
      box.querySelector("a").href = `/bahan/${answer.report}`;
      box.hidden = false;
      this.say("");
      return;
    }
    if (answer.draft) this.ask(answer.draft);
  }

  // Both writings, and what is done with them. Nothing is saved until the person has chosen.
  ask(theirs) {
    const box = this.form.querySelector("[data-beda]");
    const told = (fields, files) => `${fields.title || "(tanpa judul)"} – ${(fields.text || "").slice(0, 400) || "(tanpa uraian)"}${files.length ? ` – ${files.length} berkas` : ""}`;
    box.querySelector("[data-ini]").textContent = told(this.fields, this.files.about);
    box.querySelector("[data-itu]").textContent = told(theirs.fields, theirs.files);
    const choose = (name, work) => {
      box.querySelector(`[data-pilih=${name}]`).onclick = () => {
        box.hidden = true;
        this.asking = false;
        work();
      };
    };
    this.asking = true;
    choose("ini", () => { this.version = theirs.version; this.changed(); this.soon(0); });
    choose("itu", () => this.take(theirs));
    choose("keduanya", () => this.another());
    box.hidden = false;
    this.say("");
    box.scrollIntoView({ block: "center" });
  }

  take(theirs) {
    this.fill(theirs.fields);
    this.files.replace(theirs.files);
    this.dirty = false;
    this.stored(theirs);
  }

  another() {
    this.form.elements.kunci.value = newId();
    this.version = 0;
    this.changed();
    this.soon(0);
  }

  // What this device kept of the same draft and the server has not: it goes on, or is asked about. What was typed meanwhile stands.
  async restore(saved) {
    try {
      await this.takeKept(saved);
    } finally {
      this.isRestored = true;
      this.goOn();
      if (this.dirty) {
        this.changed();
        this.soon(0);
      }
    }
  }

  async takeKept(saved) {
    const [kept, blobs] = await Promise.all([this.laci.get("draf", this.id), this.laci.filesOf(this.id)]).catch(() => [null, []]);
    const ours = kept && kept.dirty && kept.account === this.account;
    if (!ours) {
      this.files.restore(saved, blobs);
      return;
    }
    this.fill(kept.fields, this.typed);
    this.files.restore(kept.files, blobs);
    this.form.querySelectorAll("[data-tiada]").forEach((note) => { note.hidden = true; });
    this.version = kept.version;
    this.dirty = true; // saved at once; where the server moved on since, its answer says so
  }
}
