"""Which channels got a file that was erased: those whose posts would have other files without it."""

from dataclasses import dataclass

from services.publisher.channels.known import NOTHING
from services.publisher.domain import Delivery
from services.publisher.posting import attached
from services.publisher.switchboard import Switchboard
from shared.content import Content


@dataclass(frozen=True, slots=True)
class OfBoard:
    """As the switchboard knows the channels at this moment."""

    board: Switchboard

    def carries(self, delivery: Delivery, before: Content, after: Content) -> bool:
        """Of a person who posted by hand, and of a channel that nobody knows, it is not known: then it did."""
        can = self.board.capabilities(delivery.channel)
        if delivery.is_by_hand or delivery.confirmed_by is not None or can is NOTHING:
            return True
        return attached(before, can, "") != attached(after, can, "")

    def keeps_files(self, channel: str) -> bool:
        return self.board.capabilities(channel).keeps_files
