// Keeps the state of a Story's channels fresh while something is on its way. Without it the page has a link to reload.
(() => {
  const FAST = 3000, SLOW = 15000, LONGEST = 30 * 60 * 1000; // after half an hour nobody watches: the session may end
  const began = Date.now();
  const said = document.getElementById("kabar");
  let failures = 0;

  const part = () => document.getElementById("keadaan");
  const states = (of) => [...of.querySelectorAll("h2 .tag, .channels tbody tr")].map((e) => e.textContent.replace(/\s+/g, " ").trim());

  function again() {
    const now = part();
    if (!now || !("bergerak" in now.dataset)) return;
    if (Date.now() - began > LONGEST) {
      said.textContent = "Halaman ini tidak lagi diperbarui sendiri. Muat ulang untuk melihat keadaan terbaru.";
      return;
    }
    setTimeout(look, failures ? SLOW : FAST);
  }

  async function look() {
    const now = part();
    if (document.hidden || now.contains(document.activeElement)) return again();
    try {
      const answer = await fetch(now.dataset.segar, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        said.textContent = "Sesi Anda berakhir. Muat ulang halaman ini untuk masuk lagi.";
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("keadaan");
      if (!fresh) throw new Error("no state");
      failures = 0;
      if (fresh.innerHTML !== now.innerHTML && !now.contains(document.activeElement)) {
        const changed = states(fresh).join("|") !== states(now).join("|");
        const opened = [...now.querySelectorAll("details")].map((d) => d.open);
        fresh.querySelectorAll("details").forEach((d, n) => { d.open = opened[n] ?? d.open; });
        now.replaceWith(fresh);
        if (changed) said.textContent = "Keadaan kanal diperbarui.";
      }
    } catch {
      failures += 1;
    }
    again();
  }

  again();
})();
