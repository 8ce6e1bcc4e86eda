"""The board: every item under way and its way through the stages, folded from the events of all four topics."""
