"""Why an office document is not taken, in words that say what to do."""

ARCHIVE = "Berkas arsip tidak diterima. Buka arsipnya, lalu kirim isinya satu per satu."
OTHER = (
    "Jenis dokumen ini tidak diterima. Simpan sebagai .docx, .xlsx, .pptx, .odt, .ods, .odp atau PDF, lalu kirim lagi."
)
DAMAGED = "Dokumen ini rusak atau tidak lengkap. Buka, simpan ulang (Save As), lalu kirim lagi."
BURSTING = "Dokumen ini membengkak tidak wajar saat dibuka. Cetak ke PDF, lalu kirim hasilnya."
LOCKED = "Dokumen ini dikunci dengan kata sandi. Simpan ulang tanpa kata sandi, lalu kirim lagi."
MACROS = "Dokumen ini memuat makro (program). Simpan ulang sebagai .docx, .xlsx atau .pptx, lalu kirim lagi."
LINKED = (
    "Dokumen ini mengambil isi dari berkas lain (templat, objek, atau bingkai tertaut). "
    "Putuskan tautannya atau cetak ke PDF, lalu kirim lagi."
)
