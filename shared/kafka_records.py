"""Lets a consumer live with a header whose very name is not UTF-8.

Brokers take such a record and some clients write it. aiokafka's parser raises on it each time it is fetched, so
that its partition never goes on, and what the same call took from other partitions is dropped and later committed over.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy  # pyright: ignore[reportPrivateUsage]
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint_py

LENGTH = struct.Struct(">i")  # of a batch: after its base offset (8 bytes), counted from after itself (12)


class _Name(bytearray):
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return super().decode(encoding, "backslashreplace")


class _Buffer(bytearray):
    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Name(found) if isinstance(at, slice) else found


class _Lenient(_DefaultRecordBatchPy):  # pyright: ignore[reportGeneralTypeIssues]  (final to type checkers only)
    def _read_msg(self, decode_varint: Any = decode_varint_py) -> Any:
        if type(self._buffer) is bytearray:
            self._buffer = _Buffer(self._buffer)
        return super()._read_msg(decode_varint)


class _Batch:
    """One batch, read by the quick parser, and from the record on which that one fails by a lenient one."""

    def __init__(self, quick: Any, raw: memoryview) -> None:
        self._quick = quick
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._quick, name)

    def __next__(self) -> Any:
        return next(self._quick)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._quick:
                read += 1
                yield record
        except UnicodeDecodeError:
            yield from islice(_Lenient(self._raw), read, None)


class LenientRecords:
    """What one fetch brought of one partition, batch by batch."""

    def __init__(self, data: bytes) -> None:
        self._quick: Any = MemoryRecords(data)
        self._data = memoryview(data)
        self._place = 0

    def size_in_bytes(self) -> int:
        return self._quick.size_in_bytes()

    def has_next(self) -> bool:
        return self._quick.has_next()

    def next_batch(self) -> _Batch:
        start = self._place
        self._place = start + 12 + LENGTH.unpack_from(self._data, start + 8)[0]
        return _Batch(self._quick.next_batch(), self._data[start : self._place])


def install() -> None:
    """Have aiokafka's consumers of this process read by these; its version is pinned, and a test holds it to this."""
    fetcher.MemoryRecords = LenientRecords  # pyright: ignore[reportAttributeAccessIssue]
