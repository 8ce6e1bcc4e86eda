"""What the database keeps but must not be able to read: sealed with a key that intake alone has."""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class WrongKey(Exception):
    """This was sealed with another key, for another account, or was altered."""


class Seal:
    """Seals a secret for one account, and makes hashes of short codes that nobody can look for without the key."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(_derived(key, b"alurwarta second factor"))
        self._pepper = _derived(key, b"alurwarta recovery codes")

    def seal(self, account: str, secret: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), account.encode())

    def open(self, account: str, sealed: bytes) -> str:
        """Raises WrongKey."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], account.encode()).decode()
        except InvalidTag:
            raise WrongKey from None

    def code(self, account: str, code: str) -> bytes:
        return hmac.new(self._pepper, f"{account}\0{code}".encode(), hashlib.sha256).digest()


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(key.encode())
