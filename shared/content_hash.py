"""What an approval binds to: the hash of the whole content of a Version. Pure."""

import hashlib

from shared.content import Content


def content_sha256(content: Content) -> str:
    """SHA-256 of the content's canonical JSON: fields in the contract's order, UTF-8, no white space."""
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()
