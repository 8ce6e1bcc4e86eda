"""Carrying a file over: from the incoming bucket, where its sender may still change it, to the originals."""

from dataclasses import dataclass
from datetime import timedelta

from services.intake.domain_media import NOT_FOUND, OTHER_BYTES, OTHER_SIZE, REPLACED, Limits
from shared.content import StoredObject
from shared.media import Buckets, Missing, Store


@dataclass(frozen=True, slots=True)
class Vault:
    """The object store with its buckets, and the largest files that it takes."""

    store: Store
    buckets: Buckets
    limits: Limits
    form_lifetime: timedelta = timedelta(hours=1)


def original_of(file: StoredObject, vault: Vault) -> StoredObject:
    """Where a file will lie once it is carried over: under its own hash."""
    return file.model_copy(update={"bucket": vault.buckets.originals, "key": file.sha256})


async def carry_over(vault: Vault, key: str, *, size: int, sha256: str) -> str | None:
    """Copy exactly the bytes that were declared; returns a sentence where they are not there. Raises Transient."""
    store, incoming = vault.store, vault.buckets.incoming
    try:
        found = await store.stat(incoming, key)
        if found.size != size:
            return OTHER_SIZE
        if await store.hash_of(incoming, key) != sha256:
            return OTHER_BYTES
    except Missing:
        return NOT_FOUND
    try:
        await store.copy((incoming, key), (vault.buckets.originals, sha256), if_match=found.etag)
    except Missing:
        return REPLACED
    # An object that was replaced and put back between our look and the copy has the same ETag: what counts is what
    # lies among the originals now.
    if await store.hash_of(vault.buckets.originals, sha256) != sha256:
        await store.remove(vault.buckets.originals, sha256)
        return REPLACED
    return None
