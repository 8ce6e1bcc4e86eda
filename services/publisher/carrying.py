"""Which channels got a file that was erased: those whose posts would have other files without it."""

from services.publisher.channels.known import NOTHING
from services.publisher.crossings import Carries
from services.publisher.domain import Delivery
from services.publisher.posting import attached
from services.publisher.switchboard import Switchboard
from shared.content import Content


def carries_of(board: Switchboard) -> Carries:
    """Of a person who posted by hand, and of a channel that nobody knows, it is not known: then it did."""

    def carries(delivery: Delivery, before: Content, after: Content) -> bool:
        can = board.capabilities(delivery.channel)
        if delivery.is_by_hand or delivery.confirmed_by is not None or can is NOTHING:
            return True
        return attached(before, can, "") != attached(after, can, "")

    return carries
