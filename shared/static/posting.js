// Helps a person to post by hand: copies the approved text, hands text and files to the phone's own share sheet.
(() => {
  const text = document.getElementById("teks");
  if (!text) return;
  const status = document.querySelector("[data-salinan]");
  const copy = document.querySelector("[data-salin]");
  const share = document.querySelector("[data-bagikan]");
  const links = [...document.querySelectorAll("a[data-jenis]")];

  const say = (words) => { status.textContent = words; };

  // Many applications take the files of what is shared and drop its text: then it can be pasted.
  async function copied() {
    try {
      await navigator.clipboard.writeText(text.value);
      return true;
    } catch {
      return false;
    }
  }

  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      if (await copied()) return say("Teks disalin.");
      text.focus();
      text.select();
      say("Teks dipilih. Salin dengan tombol perangkat Anda.");
    });
  }

  const MOST = 50_000_000; // bytes that browsers hand over at once
  const empty = (link) => new File([], link.download, { type: link.dataset.jenis });
  const small = () => links.reduce((sum, link) => sum + Number(link.dataset.besar), 0) <= MOST;
  let withFiles = links.length > 0 && small() && !!navigator.canShare && navigator.canShare({ files: links.map(empty) });
  let files = null; // fetched once, for a press of the button is forgotten while large files come

  async function fetched(link) {
    const answer = await fetch(link.href);
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return new File([await answer.blob()], link.download, { type: link.dataset.jenis });
  }

  async function gather() {
    say("Menyiapkan berkas…");
    try {
      files = await Promise.all(links.map(fetched));
      if (!navigator.canShare({ files })) throw new Error("not shareable");
    } catch {
      withFiles = false;
      files = null;
      say("Berkasnya tidak dapat dibagikan dari sini. Unduh berkasnya; tekan sekali lagi untuk membagikan teksnya.");
      return false;
    }
    const active = navigator.userActivation;
    if (!active || active.isActive) return true;
    say("Berkas siap. Tekan sekali lagi untuk membagikan.");
    return false;
  }

  async function handOver() {
    if (withFiles && !files && !(await gather())) return;
    const pasteable = copied(); // not waited for: the sheet opens only while the press is fresh
    try {
      await navigator.share(withFiles ? { files, text: text.value } : { text: text.value });
      say((await pasteable) ? "Dibagikan. Bila teksnya tidak ikut, tempelkan: sudah disalin." : "Dibagikan.");
    } catch (no) {
      if (no.name === "AbortError") return say("Batal dibagikan.");
      if (withFiles) {
        withFiles = false;
        return say("Perangkat ini tidak dapat membagikan berkasnya. Unduh berkasnya; tekan sekali lagi untuk membagikan teksnya.");
      }
      say("Perangkat ini tidak dapat membagikan. Salin teksnya dan unduh berkasnya.");
    }
  }

  if (share && navigator.share) {
    share.hidden = false;
    share.addEventListener("click", async () => {
      if (share.getAttribute("aria-disabled")) return;
      share.setAttribute("aria-disabled", "true");
      await handOver();
      share.removeAttribute("aria-disabled");
    });
  }
})();
