// Helps a person to post by hand: copies the approved text, hands the files to the phone's own share sheet.
(() => {
  const text = document.getElementById("teks");
  if (!text) return;
  const said = document.querySelector("[data-salinan]");

  const copy = document.querySelector("[data-salin]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.value);
        said.textContent = "Teks disalin.";
      } catch {
        text.focus();
        text.select();
        said.textContent = "Teks dipilih. Salin dengan tombol perangkat Anda.";
      }
    });
  }

  const share = document.querySelector("[data-bagikan]");
  if (share && navigator.share) {
    share.hidden = false;
    share.addEventListener("click", async () => {
      try {
        await navigator.share({ text: text.value });
      } catch (no) {
        if (no.name !== "AbortError") said.textContent = "Perangkat ini tidak dapat membagikannya. Salin teksnya saja.";
      }
    });
  }
})();
