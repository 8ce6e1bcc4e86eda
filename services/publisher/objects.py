"""The objects that a page needs in public: content-addressed copies of exactly the approved renditions. Pure."""

from typing import NamedTuple

from shared.content import Content
from shared.media.choosing import publishable

# All that is ever served under its own type; of anything else a browser is told nothing that it could run.
EXTENSIONS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "audio/mp4": ".m4a",
    "application/pdf": ".pdf", "text/vtt": ".vtt",
}  # fmt: skip
BYTES = "application/octet-stream"


class PublicObject(NamedTuple):
    """One object that a page needs: its content-addressed public key, and the rendition that it is copied from."""

    key: str
    bucket: str
    source_key: str
    sha256: str
    size: int
    content_type: str


def objects_of(content: Content) -> tuple[PublicObject, ...]:
    """Exactly the renditions of this content that may be public, each once."""
    found = {
        key: PublicObject(key, r.bucket, r.key, r.sha256, r.size, public_type(r.content_type))
        for m in content.media
        for r in publishable(m.renditions)
        for key in [public_key(r.sha256, r.content_type)]
    }
    return tuple(found[key] for key in sorted(found))


def public_key(sha256: str, content_type: str) -> str:
    return sha256 + EXTENSIONS.get(content_type, "")


def public_type(content_type: str) -> str:
    return content_type if content_type in EXTENSIONS else BYTES
