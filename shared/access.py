"""Who may do what: the one table of action, role and condition that every route and every screen asks. Pure."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal

Role = Literal["bidang", "admin", "pimpinan", "pengawas", "operator"]
# Who is no person: another system by its API key, and a dashboard by its read-only key.
Machine = Literal["system", "reader"]
Condition = Literal["always", "own-unit", "not-author"]
Grants = Mapping[Role | Machine, Condition]

ROLES: tuple[Role, ...] = ("bidang", "admin", "pimpinan", "pengawas", "operator")
MACHINES: tuple[Machine, ...] = ("system", "reader")
PUBLIC = "public"  # the action of a route that asks nobody who they are
_WATCHERS: tuple[Role, ...] = ("admin", "pimpinan", "pengawas")


def _all(*roles: Role | Machine, **conditions: Condition) -> Grants:
    """Grants to `roles` always, and to the named others under a condition."""
    return MappingProxyType(dict.fromkeys(roles, "always") | dict(conditions))  # pyright: ignore[reportReturnType]


TABLE: Mapping[str, Grants] = MappingProxyType(
    {
        "home.see": _all(*ROLES),
        "session.end": _all(*ROLES),
        "own-account.change": _all(*ROLES),
        "item.search": _all(*_WATCHERS, bidang="own-unit"),
        "report.send": _all("admin", "system", bidang="own-unit"),
        "report.record": _all("admin"),
        "recording.read": _all("admin", "pengawas"),
        "report.change": _all("admin", bidang="own-unit"),
        "report.read": _all(*_WATCHERS, bidang="own-unit"),
        "request.read": _all("system"),
        "inbox.read": _all("admin", "pengawas"),
        "inbox.work": _all("admin"),
        "story.read": _all(*_WATCHERS),
        "story.edit": _all("admin"),
        "review.read": _all(*_WATCHERS),
        "review.decide": _all(pimpinan="not-author"),
        "review.revoke": _all("pimpinan"),
        "review.hand-over": _all("pimpinan"),
        "review.withdraw-offer": _all("pimpinan"),
        "review.confirm": _all(pimpinan="not-author"),
        "register.read": _all(*_WATCHERS),
        "register.record": _all("admin", "pimpinan"),
        "publication.read": _all(*_WATCHERS),
        "publication.publish": _all("admin"),
        "publication.retry": _all("admin"),
        "publication.schedule": _all("admin"),
        "publication.confirm": _all("admin"),
        "publication.post": _all("admin"),
        "publication.waive": _all("pimpinan"),
        "publication.take-down": _all("admin", "pimpinan"),
        "board.read": _all(*_WATCHERS),
        "timeline.read": _all(*_WATCHERS, bidang="own-unit"),
        "compliance.read": _all(*_WATCHERS, "reader", bidang="own-unit"),
        "compliance.explain": _all("admin", "pimpinan", bidang="own-unit"),
        "compliance.report": _all("admin", "pimpinan"),
        "office.read": _all("admin", "pengawas"),
        "office.change": _all("admin"),
        "account.manage": _all("admin"),
    }
)


def grants(action: str) -> Grants:
    """Raises KeyError for an action that the table does not know: nothing is allowed by being forgotten."""
    return TABLE[action]


def roles_of(action: str) -> tuple[Role, ...]:
    """The people's roles to which the table grants this, under whatever condition."""
    return tuple(role for role in ROLES if role in TABLE[action])


def machines_of(action: str) -> tuple[Machine, ...]:
    """The keys to which the table grants this."""
    return tuple(machine for machine in MACHINES if machine in TABLE[action])


def may(action: str, roles: Collection[str]) -> bool:
    """Whether any of these roles may do this at all; a condition is still to be asked of the item."""
    return any(role in TABLE[action] for role in roles)


def everywhere(action: str, roles: Collection[str]) -> bool:
    """Whether any of these roles may do this with the items of every Bidang."""
    return any(role in roles and condition != "own-unit" for role, condition in TABLE[action].items())


def reaches(action: str, roles: Collection[str], *, own: str | None, unit: str | None) -> bool:
    """Whether one of these roles may do this with an item of `unit`, being of the Bidang `own`."""
    return everywhere(action, roles) or (may(action, roles) and own is not None and own == unit)
