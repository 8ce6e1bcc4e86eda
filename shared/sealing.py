"""What the database keeps but must not be able to read: sealed with a key that one service alone has.

AES-256-GCM; what is sealed opens only for the purpose and the owner it was sealed for.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class WrongKey(Exception):
    """This was sealed with another key, for another owner, or was altered."""


class Box:
    """Seals short texts. `key` is text with enough chance in it, `purpose` keeps uses of one key apart."""

    def __init__(self, key: str, purpose: str) -> None:
        self._cipher = AESGCM(derived(key, purpose))

    def seal(self, owner: str, secret: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, owner: str, sealed: bytes) -> str:
        """Raises WrongKey."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode()).decode()
        except InvalidTag:
            raise WrongKey from None


def derived(key: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(key.encode())
