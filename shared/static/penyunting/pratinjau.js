// The preview beside the editor and the count of each channel's text, both as the server makes them, while one types.
const AFTER_TYPING = 1_000;

export function previewer(form) {
  const place = document.querySelector("[data-pratinjau]");
  let timer = null; let number = 0;
  let open = Boolean(place.firstElementChild);

  async function look() {
    timer = null;
    const mine = ++number;
    const headers = { Accept: "text/html", "X-CSRF-Token": form.elements.csrf.value };
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    let answer;
    try { answer = await fetch(`${form.dataset.penyunting}/pratinjau?bagian=1`, { method: "POST", headers, body, redirect: "error" }); } catch { return; }
    if (!answer.ok || mine !== number) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#pratinjau");
    if (!made) return;
    count(made);
    if (open) place.replaceChildren(document.adoptNode(made));
  }

  function count(made) {
    for (const card of made.querySelectorAll("[data-kanal]")) {
      const line = document.querySelector(`[data-hitung="${card.dataset.kanal}"]`);
      const problems = [...card.querySelectorAll(".notice")].map((p) => p.textContent);
      if (line) line.textContent = [`${card.dataset.pakai} dari ${card.dataset.batas} ${card.dataset.satuan}`, ...problems].join(" · ");
    }
  }

  const opener = form.querySelector("[data-lihat]");
  opener.type = "button";
  opener.setAttribute("aria-expanded", String(open));
  opener.addEventListener("click", async () => {
    open = !open;
    opener.setAttribute("aria-expanded", String(open));
    opener.textContent = open ? "Tutup pratinjau" : "Lihat pratinjau";
    if (!open) { place.replaceChildren(); return; }
    await look();
    place.scrollIntoView({ block: "nearest" });
  });
  return () => { if (!timer) timer = setTimeout(look, AFTER_TYPING); };
}
