"""A Story: its Versions, its submissions, the leader's answers, and what crosses on the way."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from services.editing import reports, stories
from services.editing.domain import (
    STORIES,
    AlreadyInStory,
    AlreadySubmitted,
    MixedPractice,
    NoReportLeft,
    NothingSaved,
    NotNow,
    StaleVersion,
    StoryState,
)
from services.editing.stories import Saved, Story
from shared.events import ApprovalRevoked, Decision, Event, StoryPublished, StoryTakenDown
from tests.unit.editing.parts import (
    DANI,
    HASH,
    OTHER,
    RINA,
    STORY,
    TEN,
    approved,
    content,
    declined,
    later,
    published,
    report,
    returned,
    revoked,
    saved,
    story,
    submitted,
    taken_down,
    withdrawn,
    withheld,
)

STATES: tuple[StoryState, ...] = (
    "draft", "submitted", "approved", "returned", "declined", "withheld", "published", "abandoned", "taken-down",
)  # fmt: skip
REACHABLE = [(state, None) for state in STATES if state != "published"] + [
    (state, 1) for state in STATES if state not in ("draft", "declined", "withheld", "taken-down")
]
ACTIONS: dict[str, Callable[[Story], Story]] = {
    "save": lambda s: stories.save(s, expected_version=s.version, title="Judul"),
    "submit": lambda s: stories.submit(s, version=s.version),
    "abandon": stories.abandon,
    "add-report": lambda s: stories.add_report(s, report(OTHER)),
}


def hear(before: Story, event: Event) -> Story:
    """Take one event as the handlers do."""
    match event:
        case ApprovalRevoked():
            return stories.revoked(before, event)
        case Decision():
            return stories.decided(before, event)
        case StoryPublished():
            return stories.published(before, event)
        case StoryTakenDown():
            return stories.taken_down(before, event)
        case _:
            raise AssertionError(event)


def in_state(state: StoryState, *, public: int | None = None) -> Story:
    return replace(saved(submitted()), state=state, published_version=public)


# The table.


@pytest.mark.parametrize(("state", "public"), REACHABLE)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_in_each_state_follows_the_declared_table(state: StoryState, action: str, public: int | None):
    targets = {row.to_state for row in STORIES if (row.from_state, row.action) == (state, action)}
    if targets:
        assert ACTIONS[action](in_state(state, public=public)).state in targets
        return
    with pytest.raises(NotNow) as no:
        ACTIONS[action](in_state(state, public=public))
    assert no.value.sentence.endswith(".")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("public", [None, 1])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", [approved, returned, declined, withheld, revoked, published, taken_down])
def test_what_other_services_say_moves_a_story_only_as_the_table_declares(
    state: StoryState, kind: Callable[[int], Event], public: int | None, version: int
):
    event = kind(version)
    before = replace(in_state(state, public=public), submitted_version=2)
    declared = {row.to_state for row in STORIES if (row.from_state, row.action) == (state, event.name)}
    assert hear(before, event).state in declared | {state}


def test_only_the_admin_may_act_on_a_story():
    assert {row.roles for row in STORIES if row.action in ACTIONS} == {("admin",)}


# Compiling.


def test_a_story_is_compiled_from_several_reports():
    one, two = report(), report(OTHER, title="Kedua", urgency="immediate")
    made = story(one, two)
    assert (made.state, made.title, made.reports) == ("draft", "Serah terima kunci", (one.id, two.id))
    assert made.urgency == "immediate"


def test_practice_is_not_mixed_with_what_is_real():
    with pytest.raises(MixedPractice):
        story(report(), report(OTHER, practice=True))
    with pytest.raises(MixedPractice):
        stories.add_report(story(), report(OTHER, practice=True))


def test_a_report_is_added_once():
    with pytest.raises(AlreadyInStory):
        stories.add_report(story(), report())


# Versions.


def test_a_version_is_saved_only_on_top_of_the_one_that_its_author_saw():
    once = saved(story())
    with pytest.raises(StaleVersion, match="sekarang 1") as stale:
        stories.save(once, expected_version=0, title="Judul")
    assert stale.value.newest == 1
    assert stories.save(once, expected_version=1, title="Judul").version == 2


def test_nothing_is_submitted_before_it_is_saved():
    with pytest.raises(NothingSaved):
        stories.submit(story(), version=1)


def test_only_the_newest_version_is_submitted_and_only_once():
    with pytest.raises(StaleVersion):
        stories.submit(saved(story(), 2), version=1)
    with pytest.raises(AlreadySubmitted):
        stories.submit(submitted(), version=1)


def test_returned_work_is_not_submitted_unchanged():
    back = hear(submitted(), returned())
    with pytest.raises(AlreadySubmitted):
        stories.submit(back, version=1)
    again = submitted(back)
    assert (again.submitted_version, again.cycle) == (2, 2)


def test_the_submission_carries_the_whole_content_its_authors_and_its_origins():
    given = submitted(story(report(), report(OTHER)))
    version = Saved(STORY, 1, content(), HASH, RINA, "", TEN)
    event = stories.submitted(
        given, version, [report(), report(OTHER)], authors=("rina", "dani"), by=DANI, at=later(9), clocks=()
    )
    assert (event.version, event.cycle, event.content_sha256, event.correction) == (1, 1, HASH, False)
    assert event.authors == ("rina", "dani")
    assert [o.report for o in event.origins] == [report().id, OTHER]


def test_a_story_whose_reports_were_all_withdrawn_is_not_submitted():
    gone = reports.leave(report(), withdrawn())
    version = Saved(STORY, 1, content(), HASH, RINA, "", TEN)
    with pytest.raises(NoReportLeft):
        stories.submitted(submitted(), version, [gone], authors=("rina",), by=RINA, at=TEN, clocks=())


# The leader's answers.


def test_the_leaders_answer_is_kept_for_the_admin_to_read():
    answer = hear(submitted(), returned()).answer
    assert answer is not None
    assert (answer.kind, answer.version, answer.reasons[0].note) == ("returned", 1, "Cocokkan jumlahnya.")


@pytest.mark.parametrize("decision", [approved, returned, declined, withheld])
def test_a_decision_on_a_version_that_is_no_longer_the_newest_changes_nothing(decision: Callable[[int], Event]):
    newer = submitted(submitted())
    assert hear(newer, decision(1)) == newer


@pytest.mark.parametrize("decision", [approved, returned, declined, withheld, revoked])
def test_a_decision_that_crosses_an_abandoned_story_changes_nothing(decision: Callable[[int], Event]):
    gone = stories.abandon(submitted())
    assert hear(gone, decision(1)) == gone


def test_an_approval_revoked_by_an_official_gives_the_story_back_to_the_admin():
    back = hear(hear(submitted(), approved()), revoked())
    assert back.state == "draft"
    assert submitted(back).submitted_version == 2


@pytest.mark.parametrize("reason", ["superseded", "abandoned"])
def test_a_revocation_that_the_desk_caused_itself_changes_nothing(reason: str):
    newer = submitted(hear(submitted(), approved()))
    assert hear(newer, revoked(1, reason)) == newer


# Corrections.


def public_story() -> Story:
    return hear(hear(submitted(), approved()), published())


def test_what_is_submitted_of_a_public_story_is_a_correction():
    correction = submitted(public_story())
    assert (correction.state, correction.correction, correction.submitted_version) == ("submitted", True, 2)


@pytest.mark.parametrize("decision", [declined, withheld])
def test_a_correction_that_is_not_taken_leaves_the_story_public(decision: Callable[[int], Event]):
    after = hear(submitted(public_story()), decision(2))
    assert (after.state, after.published_version) == ("published", 1)


def test_giving_a_correction_up_leaves_the_story_public():
    assert stories.abandon(submitted(public_story())).state == "published"


def test_a_public_story_is_not_abandoned_but_taken_down():
    with pytest.raises(NotNow, match="turunkan"):
        stories.abandon(public_story())


# Crossings: each stream keeps its own order, the two topics come in any.


def interleavings(one: Sequence[Event], two: Sequence[Event]) -> list[list[Event]]:
    total = len(one) + len(two)
    found: list[list[Event]] = []
    for places in combinations(range(total), len(one)):
        first, second = iter(one), iter(two)
        found.append([next(first) if n in places else next(second) for n in range(total)])
    return found


CROSSINGS = [
    (submitted(), [approved(1)], [published(1)], "published"),
    (submitted(), [approved(1), revoked(1)], [published(1), taken_down(1)], "taken-down"),
    (submitted(), [approved(1), revoked(1)], [taken_down(1)], "taken-down"),
    (submitted(), [approved(1)], [published(1), taken_down(1)], "taken-down"),
    (submitted(submitted()), [revoked(1, "superseded"), declined(2, 2)], [published(1)], "published"),
    (submitted(submitted()), [returned(2, 2)], [published(1)], "returned"),
    (submitted(public_story()), [approved(2, 2)], [published(2)], "published"),
    (submitted(public_story()), [declined(2, 2)], [taken_down(1)], "taken-down"),
    (submitted(public_story()), [withheld(2, 2)], [taken_down(1)], "taken-down"),
    (submitted(public_story()), [returned(2, 2)], [taken_down(1)], "returned"),
    (submitted(public_story()), [approved(2, 2), revoked(2)], [taken_down(1)], "taken-down"),
    (submitted(public_story()), [approved(2, 2)], [taken_down(1), published(2)], "published"),
    (stories.abandon(submitted()), [approved(1), revoked(1, "abandoned")], [published(1), taken_down(1)], "abandoned"),
]


@pytest.mark.parametrize(("before", "decisions", "publications", "state"), CROSSINGS)
def test_decisions_and_publications_end_the_same_in_every_order(
    before: Story, decisions: list[Event], publications: list[Event], state: str
):
    ends: list[Story] = []
    for events in interleavings(decisions, publications):
        now = before
        for event in events:
            now = hear(now, event)
        ends.append(now)
    assert {end.state for end in ends} == {state}
    assert len({(end.published_version, end.taken_down) for end in ends}) == 1


def test_an_older_version_cleared_away_late_does_not_take_the_newer_page_from_the_story():
    now = hear(submitted(public_story()), approved(2, 2))
    for event in (published(2), taken_down(1)):
        now = hear(now, event)
    assert (now.state, now.published_version, now.taken_down) == ("published", 2, False)
    assert hear(now, taken_down(2)).state == "taken-down"
