"""Whether a Version may be handed over, and to whom. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.review.domain import Case, NoSuchReview, NotOpen, NotThisVersion, Review
from shared.accounts.standing_in import LENT, Away, mandates
from shared.content import Official
from shared.refusal import Refused


class NotALeader(Refused):
    def __init__(self) -> None:
        super().__init__(
            "not-a-leader", "Orang itu tidak (lagi) dapat menyaring hari ini. Pilih pimpinan lain dari daftar."
        )


class WroteIt(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("four-eyes", f"{name} ikut menulis versi ini, jadi tidak dapat menyaringnya. Pilih yang lain.")


@dataclass(frozen=True, slots=True)
class Handover:
    """One disposisi of one Version."""

    story: UUID
    version: int
    to: Official
    note: str
    by: Official
    at: datetime
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account that is a leader's or stands in for one."""

    account: str
    name: str
    capacity: str
    roles: frozenset[str]


def able(people: Iterable[Colleague], absences: Sequence[Away], day: date) -> list[Official]:
    """Who decides on a day, in which capacity: leaders who are not away, and those who act for one who is."""
    away = {a.account for a in absences if a.first <= day <= a.last}
    found: list[Official] = []
    for one in people:
        lent = [m.capacity for m in mandates(absences, one.account, day)]
        capacities = [one.capacity, *lent] if one.roles & LENT else lent
        if capacities and one.account not in away:
            found.append(Official(account=one.account, name=one.name, capacity=capacities[0]))
    return found


def others(leaders: Iterable[Official], review: Review, account: str) -> list[Official]:
    """Those to whom this person may hand this Version over."""
    return [who for who in leaders if who.account != account and not review.wrote(who.account)]


def hand_over(
    case: Case,
    version: int,
    to: str,
    leaders: Sequence[Official],
    *,
    note: str,
    by: Official,
    at: datetime,
    mandate: str = "",
) -> Handover:
    """Lay the newest Version, while it waits, before another leader. Raises Refused."""
    newest = case.newest
    if newest is None:
        raise NoSuchReview
    if newest.version != version:
        raise NotThisVersion(newest.version)
    if newest.state != "open":
        raise NotOpen(newest.state)
    whom = next((who for who in leaders if who.account == to and who.account != by.account), None)
    if whom is None:
        raise NotALeader
    if newest.wrote(whom.account):
        raise WroteIt(whom.name)
    return Handover(newest.story, version, whom, note.strip(), by, at, mandate)
