"""The table of access, as a table; and every route of the four services names one of its actions."""

from itertools import product

import pytest
from fastapi import FastAPI

from deploy.access import routes
from shared import access
from shared.access import ROLES, TABLE, everywhere, may, reaches, roles_of

# By role in the order of ROLES: bidang, admin, pimpinan, pengawas, operator. A: always; u: of the own Bidang; -: never.
EXPECTED = {
    "home.see": "AAAAA",
    "session.end": "AAAAA",
    "own-account.change": "AAAAA",
    "item.search": "uAAA-",
    "report.send": "uA---",
    "report.record": "-A---",
    "recording.read": "-A-A-",
    "report.change": "uA---",
    "report.read": "uAAA-",
    "request.read": "-----",
    "inbox.read": "-A-A-",
    "inbox.work": "-A---",
    "story.read": "-AAA-",
    "story.edit": "-A---",
    "review.read": "-AAA-",
    "review.decide": "--A--",
    "review.revoke": "--A--",
    "review.hand-over": "--A--",
    "review.withdraw-offer": "--A--",
    "review.confirm": "--A--",
    "register.read": "-AAA-",
    "register.record": "-AA--",
    "publication.read": "-AAA-",
    "publication.publish": "-A---",
    "publication.retry": "-A---",
    "publication.schedule": "-A---",
    "publication.confirm": "-A---",
    "publication.post": "-A---",
    "publication.waive": "--A--",
    "publication.take-down": "-AA--",
    "board.read": "-AAA-",
    "timeline.read": "uAAA-",
    "compliance.read": "uAAA-",
    "compliance.explain": "uAA--",
    "compliance.report": "-AA--",
    "office.read": "-A-A-",
    "office.change": "-A---",
    "account.manage": "-A---",
}


def test_the_table_knows_these_actions_and_no_other() -> None:
    assert set(TABLE) == set(EXPECTED)


@pytest.mark.parametrize(("action", "role"), [*product(EXPECTED, ROLES)])
def test_each_role_may_do_what_the_sop_gives_it_and_nothing_else(action: str, role: access.Role) -> None:
    granted = EXPECTED[action][ROLES.index(role)]
    assert may(action, [role]) == (granted != "-")
    assert everywhere(action, [role]) == (granted == "A")
    assert reaches(action, [role], own="permukiman", unit="permukiman") == (granted != "-")
    assert reaches(action, [role], own="permukiman", unit="pertanahan") == (granted == "A")
    assert reaches(action, [role], own=None, unit=None) == (granted == "A")


def test_the_supervisor_changes_nothing() -> None:
    changing = {a for a in TABLE if not a.endswith((".read", ".see", ".search", ".end")) and a != "own-account.change"}
    assert not {action for action in changing if "pengawas" in roles_of(action)}


def test_who_has_two_roles_may_do_what_either_may() -> None:
    assert everywhere("report.read", ["bidang", "pimpinan"])
    assert may("report.send", ["bidang", "pimpinan"])
    assert not reaches("report.send", ["bidang", "pimpinan"], own="permukiman", unit="pertanahan")


def test_what_is_not_in_the_table_nobody_may() -> None:
    with pytest.raises(KeyError):
        may("story.burn", ROLES)


def test_every_route_names_one_action_of_the_table() -> None:
    for route in routes.served():
        assert (route.action == access.PUBLIC) == (not route.roles), route
        assert route.action == access.PUBLIC or set(route.roles) <= set(TABLE[route.action]), route


def test_a_route_that_names_no_action_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/terbuka")
    async def forgotten() -> None: ...

    monkeypatch.setattr(routes, "compose", lambda _: app)  # pyright: ignore[reportUnknownLambdaType]
    with pytest.raises(routes.NamesNoAction, match="/terbuka names nothing"):
        routes.served()
