"""People: accounts, sessions, and how one shows who one is. Every service reads sessions; the rest is the front door's.

`people` is for all; `directory`, `passwords`, `tries`, `links`, `second_factor`, `sealing`, `log_ins`, `sessions` and
`identities` are used by intake (the front door) and by the operator's commands alone.
"""

from shared.accounts.directory import add
from shared.accounts.people import Person, person_of
from shared.accounts.tries import LockedOut

__all__ = ["LockedOut", "Person", "add", "person_of"]
