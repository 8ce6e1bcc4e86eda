"""Several files in one ZIP, sent one after the other as they are read: nothing is kept in memory or on disk."""

import asyncio
import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from starlette.responses import StreamingResponse
from zipstream import ZipStream

from shared.media.store import Missing, Store
from shared.refusal import Refused

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Zipped(NamedTuple):
    """One file: its name in the ZIP, where it lies, and its size in bytes."""

    name: str
    bucket: str
    key: str
    size: int


class FileLost(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("file-lost", f"Berkas {name} tidak ada lagi di penyimpanan. Hubungi Pengelola sistem.")


async def zip_answer(
    store: Store, files: Sequence[Zipped], *, name: str, texts: Mapping[str, str] = NO_TEXTS
) -> StreamingResponse:
    """The files in this order, after these texts, as a download of this name. Raises FileLost."""
    await asyncio.gather(*(expect_there(store, one) for one in files))
    whole = ZipStream(sized=True)
    for title, text in texts.items():
        whole.add(text.encode(), title)
    for one in files:
        whole.add(store.chunks(one.bucket, one.key), one.name, size=one.size)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(len(whole)),
        "Cache-Control": "private, no-store",
    }
    # A plain iterator: each piece is read in a thread of its own, when the one before it is sent.
    return StreamingResponse(iter(whole), media_type="application/zip", headers=headers)


def zip_name(title: str) -> str:
    """The name of the whole: letters and digits of the title, so that any browser and system takes it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
    return f"{words or 'berita'}.zip"


async def expect_there(store: Store, one: Zipped) -> None:
    """Tell before the first byte what could only break off later. Raises FileLost."""
    try:
        size = (await store.stat(one.bucket, one.key)).size
    except Missing:
        raise FileLost(one.name) from None
    if size != one.size:
        raise FileLost(one.name)
