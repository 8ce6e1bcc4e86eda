"""QR codes as pictures in the page."""

import segno


def qr(text: str) -> str:
    """An address that an `img` shows without asking anybody."""
    return segno.make(text, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
