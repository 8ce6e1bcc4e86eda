"""Second factors as the database keeps them: sealed for one account, and codes that nobody can look for."""

import hashlib
import hmac

from shared.sealing import Box, WrongKey, derived

__all__ = ["Seal", "WrongKey"]


class Seal(Box):
    """Seals a secret for one account, and makes hashes of short codes that nobody can look for without the key."""

    def __init__(self, key: str) -> None:
        super().__init__(key, "alurwarta second factor")
        self._pepper = derived(key, "alurwarta recovery codes")

    def code(self, account: str, code: str) -> bytes:
        return hmac.new(self._pepper, f"{account}\0{code}".encode(), hashlib.sha256).digest()
