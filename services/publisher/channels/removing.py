"""How a take-down ends: what is gone already is done, and what a channel does not let go of is a person's to delete."""

from collections.abc import Generator
from contextlib import contextmanager

from services.publisher.channels import Rejected
from services.publisher.channels.replies import Absent, Disconnected
from shared.channel_words import name_of


def by_hand(channel: str) -> Rejected:
    name = name_of(channel)
    return Rejected(f"{name} tidak mengizinkan sistem menghapus kiriman ini. Hapus sendiri kirimannya di {name}.")


def unmatched(channel: str) -> Rejected:
    """A person said where it is, and nothing there could be told to be it."""
    name = name_of(channel)
    return Rejected(
        f"Tautan yang tercatat tidak cocok dengan kiriman mana pun di akun {name} kantor. Buka tautannya, dan hapus"
        f" sendiri kirimannya di {name}."
    )


@contextmanager
def letting_go(channel: str) -> Generator[None]:
    """One call that deletes."""
    try:
        yield
    except Absent:
        return
    except Disconnected as no:
        raise Rejected(f"{no} Atau hapus sendiri kirimannya di {name_of(channel)}.") from no
    except Rejected as no:
        raise by_hand(channel) from no
