// Keeps what is typed: on the server for this person alone, in this browser while the server is away or the session ended.
const EVERY_BEAT = 20_000;
const AFTER_TYPING = 2_000;

/** `editor` gives the editor once it is there; null where the text with marks is what is typed. */
export function keeper(form, editor) {
  const base = form.dataset.penyunting;
  // As in isian.js, which forgets such keys after three days and when one logs out.
  const local = `isian:${form.dataset.akun}:${base}`;
  const notices = { others: "[data-hadir]", newer: "[data-lebih-baru]", cut: "[data-putus]", kept: "[data-tersimpan]" };
  const notice = (name) => document.querySelector(notices[name]);
  let timer = null; let stopped = false; let sending = false; let again = false; let dirty = false;

  const say = (name, words) => {
    const place = notice(name);
    if (!place || place.textContent === words) return;
    place.textContent = words;
    place.hidden = !words;
  };
  const fields = () => [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const keepHere = () => {
    try { localStorage.setItem(local, JSON.stringify({ at: Date.now(), fields: fields() })); } catch { /* no room: the page itself still has it */ }
  };
  const forgetHere = () => { try { localStorage.removeItem(local); } catch { /* nothing was kept */ } };

  async function post(path, body) {
    const headers = { Accept: "application/json", "X-CSRF-Token": form.elements.csrf.value };
    const answer = await fetch(base + path, { method: "POST", headers, body, redirect: "error" });
    if (answer.status === 403 && await renewed()) return post(path, body);
    return answer;
  }
  // After another log-in of the same person in another tab, the page's own token is no longer true.
  let renewing = false;
  async function renewed() {
    if (renewing) return false;
    renewing = true;
    try {
      const page = await fetch(base, { headers: { Accept: "text/html" }, redirect: "error" });
      const theirs = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-akun]");
      if (!theirs || theirs.dataset.akun !== form.dataset.akun) return false;
      document.querySelectorAll("input[name=csrf]").forEach((input) => { input.value = theirs.elements.csrf.value; });
      return true;
    } catch { return false; } finally { setTimeout(() => { renewing = false; }, 5_000); }
  }

  function ended() {
    keepHere();
    const place = notice("cut");
    place.hidden = false;
    const way = document.createElement("a");
    way.href = `/masuk?ke=${encodeURIComponent(base)}`;
    way.target = "_blank";
    way.textContent = "Masuk lagi di tab baru";
    place.replaceChildren("Sesi Anda berakhir. Tulisan Anda aman di peramban ini. ", way, ", lalu kembali ke tab ini dan simpan.");
  }
  function away() {
    keepHere();
    say("cut", "Server belum terjangkau. Tulisan Anda aman di peramban ini, dan dikirim lagi dengan sendirinya.");
  }
  function heard(told) {
    say("cut", "");
    say("others", told.others.length ? `${told.others.join(", ")} juga sedang membuka berita ini.` : "");
    if (told.newest_version > Number(form.elements.expected_version.value)) {
      say("newer", `Versi ${told.newest_version} baru disimpan ${told.newest_by}. Tulisan Anda aman; saat Anda menyimpan, keduanya ditampilkan untuk digabungkan.`);
    }
  }

  /** Send to the server; gives whether the session still holds and the server was reached. */
  async function send(path, body) {
    let answer;
    try { answer = await post(path, body); } catch { away(); return false; }
    if (answer.status === 401 || answer.status === 403) { ended(); return false; }
    if (answer.status >= 500) { away(); return false; }
    const told = await answer.json();
    if (!answer.ok) { stopped = true; keepHere(); say("cut", told.detail); return true; }
    heard(told);
    if (told.kept_at) {
      form.elements.cap.value = told.kept_at;
      const time = new Date(told.kept_at).toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" });
      say("kept", `Ketikan disimpan otomatis pukul ${time}; belum menjadi versi.`);
    }
    return true;
  }

  async function flush() {
    timer = null;
    if (stopped || !dirty) return;
    if (sending) { again = true; return; }
    sending = true;
    dirty = false;
    const body = new URLSearchParams(fields());
    const came = await send("/ketikan", body);
    if (came && !stopped && !dirty) forgetHere();
    if (!came) { dirty = true; timer = setTimeout(flush, 10_000); }
    sending = false;
    if (again) { again = false; flush(); }
  }

  function changed() {
    dirty = true;
    if (!timer && !stopped) timer = setTimeout(flush, AFTER_TYPING);
  }

  form.addEventListener("input", changed);
  setInterval(() => { if (!document.hidden && !sending) send("/hadir"); }, EVERY_BEAT);
  addEventListener("pagehide", () => { if (dirty) keepHere(); });
  guard(form, send, keepHere, forgetHere, () => { stopped = true; clearTimeout(timer); });
  offer(form, editor, local, forgetHere, changed);
  return changed;
}

// A form is sent only when it will be taken: the session holds and the server is there. A second click sends nothing.
function guard(form, send, keepHere, forgetHere, stop) {
  let sure = false;
  form.addEventListener("submit", async (event) => {
    if (sure) {
      if (form.dataset.pergi) event.preventDefault();
      form.dataset.pergi = "1";
      setTimeout(open, 15_000); // no answer came, and the page still stands
      return;
    }
    event.preventDefault();
    if (form.dataset.tanya) return;
    form.dataset.tanya = "1";
    keepHere();
    const there = await send("/hadir");
    delete form.dataset.tanya;
    if (!there) return;
    sure = true;
    stop();
    forgetHere();
    form.requestSubmit(event.submitter);
  });
  function open() { sure = false; delete form.dataset.pergi; }
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

// What this browser kept and the server never heard.
function offer(form, editor, local, forgetHere, changed) {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(local)); } catch { /* nothing readable */ }
  if (!kept || Date.parse(form.elements.cap.value) > kept.at) return;
  const place = document.createElement("div");
  place.className = "notice";
  place.dataset.pulihkan = "1";
  const when = new Date(kept.at).toLocaleString("id-ID", { dateStyle: "medium", timeStyle: "short" });
  const words = document.createElement("p");
  words.textContent = `Ada tulisan dari ${when} di peramban ini yang belum sampai ke server.`;
  const take = document.createElement("button");
  take.type = "button";
  take.textContent = "Pakai tulisan itu";
  take.addEventListener("click", async () => { await restore(form, editor, new Map(kept.fields)); place.remove(); changed(); });
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "quiet";
  drop.textContent = "Buang";
  drop.addEventListener("click", () => { forgetHere(); place.remove(); });
  const row = document.createElement("p");
  row.className = "actions";
  row.append(take, drop);
  place.append(words, row);
  form.before(place);
}

const OURS = ["csrf", "cap", "berkas", "ada-kanal", "expected_version", "blocks"];

async function restore(form, editor, kept) {
  const there = kept.get("blocks") ? await editor() : null;
  for (const field of form.elements) {
    if (!field.name || OURS.includes(field.name) || field.type === "submit") continue;
    if (field.type === "checkbox") field.checked = kept.has(field.name);
    else if (kept.has(field.name)) field.value = kept.get(field.name);
  }
  if (there) there.load(JSON.parse(kept.get("blocks")));
}
