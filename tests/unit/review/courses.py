"""The courses that an item can take through the SOP, each as a tale."""

from tests.unit.review.tales import Tale


def straight(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.live(story, 1)
    t.publish(story, 1)


def returned_twice(t: Tale) -> None:
    story = t.compile(t.receive())
    for _ in range(2):
        t.submit(story)
        t.rule(story, "returned")
    t.submit(story)
    t.rule(story, "approved")
    t.publish(story, 3)


def waiting_after_a_return(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "returned")


def sent_back_and_supplemented(t: Tale) -> None:
    report = t.receive()
    t.send_back(report)
    t.supplement(report)
    t.supplement(report, answer=False)
    t.send_back(report)


def answered_and_compiled(t: Tale) -> None:
    report = t.receive()
    t.send_back(report)
    t.supplement(report)
    t.submit(t.compile(report))


def withdrawn(t: Tale) -> None:
    t.withdraw(t.receive())
    asked = t.receive("pertanahan")
    t.send_back(asked)
    t.withdraw(asked)


def withdrawn_out_of_a_story(t: Tale) -> None:
    first, second = t.receive(), t.receive("pertanahan")
    story = t.compile(first, second)
    t.withdraw(first)
    t.submit(story)


def abandoned_then_resubmitted(t: Tale) -> None:
    """The end of a correction leaves the Story as the public knows it; it may be corrected again."""
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.publish(story, 1)
    t.submit(story, correction=True)
    t.abandon(story)
    t.supersede(story, 2, "abandoned")
    t.submit(story, correction=True)


def abandoned_after_a_return(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "returned")
    t.abandon(story)


def abandoned_and_compiled_anew(t: Tale) -> None:
    report = t.receive()
    t.abandon(t.compile(report))
    again = t.compile(report)
    t.submit(again)


def declined(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "declined")


def withheld(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "withheld")


def superseded_undecided(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.submit(story)
    t.supersede(story, 1)
    t.rule(story, "approved", embargo=30)


def superseded_when_approved(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.submit(story)
    t.supersede(story, 1)
    t.void(story, 1)


def replaced_while_partly_out(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.live(story, 1)
    t.submit(story)
    t.supersede(story, 1)
    t.rule(story, "approved")


def replaced_while_partly_out_and_published(t: Tale) -> None:
    replaced_while_partly_out(t)
    (story,) = t.origins
    t.publish(story, 2, replacing=[1])


def corrected(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.publish(story, 1)
    t.submit(story, correction=True)
    t.rule(story, "returned", correction=True)
    t.submit(story, correction=True)
    t.rule(story, "approved", correction=True)
    t.publish(story, 3)


def revoked_by_an_official(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.revoke(story, 1)


def embargoed(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved", embargo=48)


def taken_down(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.rule(story, "approved")
    t.live(story, 1)
    t.take_down(story, 1)


def split_into_two(t: Tale) -> None:
    report = t.receive()
    first, second = t.compile(report), t.compile(report)
    t.submit(second)
    t.submit(first)
    t.rule(first, "returned")


def split_half_submitted(t: Tale) -> None:
    report = t.receive()
    t.compile(report)
    t.submit(t.compile(report))


def two_reports_in_one(t: Tale) -> None:
    story = t.compile(t.receive(), t.receive("pertanahan"))
    t.submit(story)
    t.rule(story, "returned")


def returned_while_given_up(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.abandon(story)
    t.rule(story, "returned", crossed=True)


def returned_while_a_newer_version_came(t: Tale) -> None:
    story = t.compile(t.receive())
    t.submit(story)
    t.submit(story, heard=False)
    t.rule(story, "returned", version=1, crossed=True)
    t.hear(story)


TALES = (
    straight, returned_twice, waiting_after_a_return, sent_back_and_supplemented, answered_and_compiled, withdrawn,
    withdrawn_out_of_a_story, abandoned_then_resubmitted, abandoned_after_a_return, abandoned_and_compiled_anew,
    declined, withheld, superseded_undecided, superseded_when_approved, replaced_while_partly_out,
    replaced_while_partly_out_and_published, corrected, revoked_by_an_official, embargoed, taken_down, split_into_two,
    split_half_submitted, two_reports_in_one, returned_while_given_up, returned_while_a_newer_version_came,
)  # fmt: skip
