"""HEIC, which telephones make and libvips' wheel leaves out: Pillow reads it where pillow-heif is installed."""

from shared.media.verdict import Undecodable

HEIF_MISSING = "Gambar HEIC belum dapat dibaca di sini: pillow-heif belum terpasang. Kirim sebagai JPEG."


def register() -> None:
    """Teach Pillow to open HEIC; as often as one likes. Raises Undecodable where that cannot be."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError as e:
        raise Undecodable(HEIF_MISSING) from e
    register_heif_opener(decode_threads=1)
