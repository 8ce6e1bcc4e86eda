"""Erasing a file for good: two people, a reason, and nothing of the file is kept but its hash."""

from uuid import uuid4

import pytest

from services.intake.files.erasing import (
    Account,
    Kept,
    NoReason,
    NoSuchAccount,
    NotTheirs,
    OnePerson,
    Order,
    Place,
    emptied,
    order,
    places,
)
from services.intake.files.store import Filed
from shared.content import Media, MediaRights, Official, Rendition, StoredObject
from shared.media.store import Buckets
from shared.refusal import Refused
from tests.unit.intake.samples import BAMBANG, NOON, RINA

SHA = "a" * 64


def account(official: Official, *roles: str, disabled: bool = False) -> tuple[str, Account]:
    return official.account, Account(official, frozenset(roles), disabled)


RINA_ORDERS = account(RINA, "admin")
BAMBANG_APPROVES = account(BAMBANG, "pimpinan")


def ordered(
    reason: str = "Permintaan yang difoto.",
    *,
    by: tuple[str, Account | None] = RINA_ORDERS,
    approved_by: tuple[str, Account | None] = BAMBANG_APPROVES,
) -> Order:
    return order(SHA, reason=reason, by=by, approved_by=approved_by, at=NOON)


def photo() -> Media:
    original = StoredObject(bucket="b-originals", key=SHA, sha256=SHA, size=7, content_type="image/jpeg")
    web = Rendition(
        bucket="b-renditions", key="intake/1", sha256="b" * 64, size=5, content_type="image/webp", label="webp-480"
    )
    return Media(
        id=uuid4(), name="Bu Sari.jpg", kind="image", original=original, state="accepted", renditions=(web,),
        alt="Bu Sari di rumahnya", caption="Bu Sari", credit="Dewi", licence="Izin Bu Sari", consent="named",
        consent_note="Bu Sari, lisan", shows=("aid-recipients",), placeholder="data:image/webp;base64,UklGRg==",
        derived_from="d" * 64,
    )  # fmt: skip


def test_an_admin_orders_and_a_leader_approves():
    found = ordered()
    assert (found.by, found.approved_by, found.reason) == (RINA, BAMBANG, "Permintaan yang difoto.")
    assert ordered(by=account(RINA, "operator")).by == RINA


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "x" * 4_001])
def test_a_reason_is_needed(reason: str):
    with pytest.raises(NoReason):
        ordered(reason)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ({"by": ("hantu", None)}, NoSuchAccount),
        ({"approved_by": ("hantu", None)}, NoSuchAccount),
        ({"by": account(RINA, "admin", disabled=True)}, NoSuchAccount),
        ({"approved_by": account(BAMBANG, "pimpinan", disabled=True)}, NoSuchAccount),
        ({"by": account(RINA, "bidang", "pengawas")}, NotTheirs),
        ({"approved_by": account(BAMBANG, "admin", "operator")}, NotTheirs),
        ({"by": account(RINA, "admin", "pimpinan"), "approved_by": account(RINA, "admin", "pimpinan")}, OnePerson),
    ],
    ids=["nobody", "approved-by-nobody", "disabled", "approved-by-disabled", "a-bidang", "no-leader", "one-person"],
)
def test_others_may_not(who: dict[str, tuple[str, Account | None]], refusal: type[Refused]):
    with pytest.raises(refusal) as no:
        ordered(by=who.get("by", RINA_ORDERS), approved_by=who.get("approved_by", BAMBANG_APPROVES))
    assert no.value.sentence.endswith(".")


def test_nothing_is_kept_of_a_file_but_its_id_its_kind_and_its_hash():
    before, after = photo(), emptied(photo())
    assert (after.kind, after.original, after.derived_from) == (before.kind, before.original, before.derived_from)
    assert (after.renditions, after.placeholder) == ((), "")
    assert MediaRights(**{n: getattr(after, n) for n in MediaRights.model_fields}) == MediaRights()
    assert "Sari" not in after.model_dump_json()


def test_every_object_of_a_file_is_to_be_deleted():
    file = Filed(uuid4(), photo(), "_staf/1")
    assert places([Kept(file, "_karantina/1")], Buckets("b")) == {
        Place("b-originals", SHA),
        Place("b-renditions", "intake/1"),
        Place("b-incoming", "_staf/1"),
        Place("b-incoming", "_karantina/1"),
    }
