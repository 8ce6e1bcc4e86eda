"""The three kinds of error that rules and shells speak of. Pure."""


class Refused(Exception):
    """A rule says no. `sentence` is shown to the person, in Bahasa Indonesia; `code` is stable for machines."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Stale(Refused):
    """The item has moved on since the person looked: nothing was changed."""


class NotFound(Refused):
    """No such item, or none that this person may know of."""

    def __init__(self, what: str) -> None:
        super().__init__("not-found", f"{what} tidak ditemukan.")


class Transient(Exception):
    """Something outside is away; the same call may go through later."""
