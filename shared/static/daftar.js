// The list of drafts: what only this device has is sent to the server, or shown as being here.
"use strict";

async function listHere(section) {
  const laci = new Laci();
  const line = new Line(section.dataset.csrf);
  const news = section.querySelector("[data-draf-kabar]");
  const here = (await laci.all("draf")).filter((draft) => draft.account === section.dataset.akun);
  const mine = here.filter((draft) => draft.dirty);
  if (!location.search) { // all of the server's are in this list: what is not, was sent or thrown away
    const listed = new Set(Array.from(section.querySelectorAll("[data-draf]"), (card) => card.dataset.draf));
    await Promise.all(here.filter((draft) => !draft.dirty && !listed.has(draft.id)).map((draft) => laci.forget(draft.id)));
  }
  let sent = 0;
  for (const draft of mine) {
    const { id, kind, version, fields, files } = draft;
    try {
      const answer = await line.ask("PUT", `/api/v1/drafts/${id}`, { kind, version, fields, files });
      await laci.put("draf", { ...draft, version: answer.version, dirty: false });
      sent += 1;
    } catch (error) {
      if (error instanceof Conflict && error.answer.report) await laci.forget(id);
      else show(section, draft);
    }
  }
  if (sent) {
    news.textContent = `${sent} draf dari perangkat ini sudah tersimpan ke server. `;
    const again = document.createElement("a");
    Object.assign(again, { href: "/bahan", textContent: "Muat ulang daftar" });
    news.append(again);
    news.hidden = false;
    section.hidden = false;
  }
}

// It waits for a connection, or for the person to choose between two writings: opening it asks.
function show(section, { id, kind, fields }) {
  if (section.querySelector(`[data-draf="${CSS.escape(id)}"]`)) return;
  const card = document.createElement("article");
  card.className = "card";
  const link = document.createElement("a");
  Object.assign(link, { href: `${PATHS[kind]}?draf=${id}`, textContent: fields.title || "(tanpa judul)", dir: "auto" });
  const head = document.createElement("h3");
  head.append(link);
  const where = document.createElement("p");
  Object.assign(where, { className: "meta", textContent: "Baru tersimpan di perangkat ini." });
  card.append(head, where);
  section.append(card);
  section.hidden = false;
}

document.querySelectorAll("[data-draf-daftar]").forEach((section) => listHere(section).catch(() => {}));
