"""Where files lie: in the incoming bucket, where their sender may still change them, then among the originals."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.intake.files.limits import NOT_FOUND, OTHER_BYTES, OTHER_SIZE, QUARANTINE, REPLACED, Limits
from shared.content import StoredObject
from shared.media.store import Buckets, Missing, Store


@dataclass(frozen=True, slots=True)
class Vault:
    """The object store with its buckets, and the largest files that it takes."""

    store: Store
    buckets: Buckets
    limits: Limits
    form_lifetime: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file on our own disk, with the ETag that its object had."""

    etag: str


def original_of(file: StoredObject, vault: Vault) -> StoredObject:
    """Where a file will lie once it is carried over: under its own hash."""
    return file.model_copy(update={"bucket": vault.buckets.originals, "key": file.sha256})


async def look(vault: Vault, key: str, *, size: int, sha256: str) -> str | None:
    """Whether exactly the declared bytes lie at a key; returns a sentence where not. Raises Transient."""
    try:
        if (await vault.store.stat(vault.buckets.incoming, key)).size != size:
            return OTHER_SIZE
        found = await vault.store.hash_of(vault.buckets.incoming, key)
    except Missing:
        return NOT_FOUND
    return None if found == sha256 else OTHER_BYTES


async def bring(vault: Vault, key: str | None, to: Path, *, size: int, sha256: str) -> Brought | str:
    """Stream exactly the declared bytes to our own disk; a sentence where they are not there. Raises Transient.

    Without a `key` they lie among the originals already, as an older version of this service left them.
    """
    store = vault.store
    place = (vault.buckets.incoming, key) if key is not None else (vault.buckets.originals, sha256)
    try:
        found = await store.stat(*place)
        if found.size != size:
            return OTHER_SIZE
        digest = await store.download(*place, to)
    except Missing:
        return NOT_FOUND
    return Brought(found.etag) if digest == sha256 else OTHER_BYTES


async def carry_over(vault: Vault, key: str | None, etag: str, *, sha256: str) -> str | None:
    """Copy what was checked, and only that, to the originals; a sentence where it was replaced. Raises Transient."""
    store, originals = vault.store, vault.buckets.originals
    if key is None:
        return None
    try:
        await store.copy((vault.buckets.incoming, key), (originals, sha256), if_match=etag)
    except Missing:
        return REPLACED
    # An object that was replaced and put back between our look and the copy has the same ETag: what counts is what
    # lies among the originals now.
    if await store.hash_of(originals, sha256) != sha256:
        await store.remove(originals, sha256)
        return REPLACED
    return None


async def quarantine(vault: Vault, key: str | None, *, name: str) -> str | None:
    """Copy a refused file to where nobody can write or read it but who runs the system; returns its new key.

    It leaves its old place once that is written down: until then the same check can be done again.
    """
    if key is None:
        return None
    to = f"{QUARANTINE}/{name}"
    try:
        await vault.store.copy((vault.buckets.incoming, key), (vault.buckets.incoming, to))
    except Missing:
        return None
    return to
