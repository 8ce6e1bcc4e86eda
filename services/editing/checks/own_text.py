"""What in a Version's own words may tell who somebody is. Pure."""

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding
from services.editing.checks.personal import personal_data
from services.editing.checks.texts import texts_of


def personal(facts: Facts) -> list[Finding]:
    """Each passage once, where it stands first; what blocks first."""
    found: dict[tuple[str, str], Finding] = {}
    for text, place, there in texts_of(facts.content):
        for p in personal_data(text):
            said = Finding(f"personal-data-{p.kind}", p.sentence, p.blocking, place, there)
            found.setdefault((p.kind, p.passage), said)
    return sorted(found.values(), key=lambda f: not f.blocking)
