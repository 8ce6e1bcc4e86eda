"""Writes small OLE compound files, as offices wrote them before 2007."""

import struct

SECTOR, FREE, END, FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALLEST = 4096  # below it a stream would stand in the mini stream, which this writer does without
Tree = dict[str, "bytes | Tree"]


def compound_file(tree: Tree) -> bytes:
    """A compound file of these storages (a dict) and streams (bytes, filled up to 4 KB)."""
    entries: list[bytes] = []
    sectors: list[bytes] = []
    chains: list[int] = []

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = name.encode("utf-16-le") + b"\0\0"
        head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, FREE, FREE, child)
        return head + bytes(16) + bytes(4) + bytes(16) + struct.pack("<IQ", start, size)

    def lay(data: bytes) -> int:
        first = len(sectors)
        count = -(-len(data) // SECTOR)
        sectors.extend(data[i * SECTOR : (i + 1) * SECTOR].ljust(SECTOR, b"\0") for i in range(count))
        chains.extend([*range(first + 1, first + count), END])
        return first

    def place(name: str, held: "bytes | Tree", root: bool = False) -> int:
        at = len(entries)
        entries.append(b"")
        if isinstance(held, bytes):
            data = held.ljust(SMALLEST, b"\0")
            entries[at] = entry(name, 2, FREE, lay(data), len(data))
            return at
        inside = [place(*one) for one in held.items()]
        # Each one leads to its next at the right: a tree that is a list.
        for one, following in zip(inside, [*inside[1:], FREE], strict=False):
            entries[one] = entries[one][:72] + struct.pack("<I", following) + entries[one][76:]
        entries[at] = entry(name, 5 if root else 1, inside[0] if inside else FREE, END if root else 0, 0)
        return at

    place("Root Entry", tree, root=True)
    directory = lay(b"".join(entries).ljust(-(-len(entries) // 4) * SECTOR, b"\0"))
    fats = 1 + len(sectors) // 127
    begin = len(sectors)
    table = [*chains, *[FAT] * fats]
    packed = struct.pack(f"<{len(table)}I", *table).ljust(fats * SECTOR, b"\xff")
    places = [begin + i for i in range(fats)] + [FREE] * (109 - fats)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fats, directory, 0, SMALLEST, END, 0, END, 0)
    return header + struct.pack("<109I", *places) + b"".join(sectors) + packed
