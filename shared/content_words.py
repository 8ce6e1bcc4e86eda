"""How the fields of a Version and of its files read on screens, in Bahasa Indonesia. Pure."""

from collections.abc import Callable

from shared.content import Crop, Focus

FIELDS = {
    "title": "Judul", "lead": "Teras", "topic": "Topik", "tags": "Kata kunci", "channels": "Kanal publikasi",
    "information_class": "Klasifikasi informasi", "name": "Nama berkas", "kind": "Jenis berkas", "report": "Bahan asal",
    "alt": "Teks alternatif", "caption": "Keterangan gambar", "credit": "Sumber", "licence": "Lisensi",
    "consent": "Dasar boleh tampil", "consent_note": "Catatan persetujuan", "shows": "Menampilkan",
    "crop": "Potongan", "focus": "Titik perhatian", "redacted": "Bagian yang disamarkan",
}  # fmt: skip
CONSENT = {
    "public-event": "kegiatan yang terbuka untuk umum",
    "official-duty": "orang dalam tugas kedinasan",
    "named": "persetujuan orang yang ditampilkan",
}
SUBJECTS = {"children": "anak-anak", "victims": "korban", "aid-recipients": "penerima bantuan"}
KINDS = {"image": "gambar", "video": "video", "audio": "rekaman suara", "document": "dokumen"}
CLASSES = {
    "berkala": "berkala", "serta-merta": "serta merta", "setiap-saat": "setiap saat", "dikecualikan": "dikecualikan",
}  # fmt: skip
_VALUES = {"consent": CONSENT, "shows": SUBJECTS, "kind": KINDS, "information_class": CLASSES}


def field(name: str) -> str:
    """A field as people call it; one that is new here stands for itself."""
    return FIELDS.get(name, name)


def value(name: str, code: object) -> str:
    """One value of a field as people say it."""
    if isinstance(code, Crop):
        corners = (code.left, code.top, code.right, code.bottom)
        return "dari kiri {}, atas {} sampai {}, {}".format(*map(_percent, corners))
    if isinstance(code, Focus):
        return f"{_percent(code.x)} dari kiri, {_percent(code.y)} dari atas"
    return _VALUES.get(name, {}).get(str(code), str(code))


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _values(name: str) -> Callable[[object], str]:
    return lambda code: value(name, code)


content_words: dict[str, Callable[..., str]] = {
    "content_field": field,
    "consent": _values("consent"),
    "subject": _values("shows"),
    "media_kind": _values("kind"),
    "information_class": _values("information_class"),
}
