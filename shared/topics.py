"""The names of topics: `alurwarta.<topic>` in the broker, the bare topic in code and databases. Pure."""

from dataclasses import dataclass

OWNED = ("reports", "stories", "decisions", "publications")
SERVICES = ("intake", "editing", "review", "publisher")


@dataclass(frozen=True, slots=True)
class Topics:
    """A namespace of topics; another namespace keeps a second installation on one broker apart."""

    namespace: str = "alurwarta"

    def full(self, topic: str) -> str:
        return f"{self.namespace}.{topic}"

    def bare(self, name: str) -> str:
        return name.removeprefix(f"{self.namespace}.")

    def requests_of(self, source: str) -> str:
        return self.full(f"intake-requests.{source}")

    def outcomes_of(self, source: str) -> str:
        return self.full(f"intake-outcomes.{source}")

    def dead_letters_of(self, service: str) -> str:
        return self.full(f"dead-letter.{service}")

    def fixed(self) -> list[str]:
        """All but those of other systems, which `alurwarta sources add` makes."""
        return [self.full(t) for t in OWNED] + [self.dead_letters_of(s) for s in SERVICES]


def source_of(topic: str) -> str:
    """The other system whose bare topic this is."""
    return topic.partition(".")[2]
