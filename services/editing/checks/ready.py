"""All checks in one order, and whether a Version may be submitted. Pure."""

from collections.abc import Callable

from services.editing.checks import channels, documents, files, lengths, links, own_text, rights, twins
from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding
from shared.refusal import Refused

CHECKS: tuple[Callable[[Facts], list[Finding]], ...] = (
    files.withdrawn,
    lengths.empty,
    files.unchecked,
    channels.channel_texts,
    own_text.personal,
    documents.personal_in_files,
    rights.consent,
    rights.licence,
    rights.alternative,
    lengths.title,
    lengths.lead,
    rights.credit,
    links.unreachable,
    twins.twins,
)


class NotReady(Refused):
    """A Version that the leader cannot judge yet, or must not be given."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.code, found.sentence)


def findings(facts: Facts) -> list[Finding]:
    """What the Admin should know before submitting, what blocks first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return sorted(found, key=lambda f: not f.blocking)


def expect_ready(facts: Facts) -> None:
    """Raise NotReady for the first thing that holds the submission up."""
    for found in findings(facts):
        if found.blocking:
            raise NotReady(found)
