"""How many deadlines a second one process finds, for budgets near and far, interleaved."""

import statistics
import time
from collections.abc import Sequence
from datetime import datetime

from shared.calendar import Calendar

TURNS = 7


def rates(calendar: Calendar, *, budgets: Sequence[int], start: datetime, rounds: int) -> list[float]:
    """Deadlines a second for each budget in seconds, the median of several turns."""
    taken: list[list[float]] = [[] for _ in budgets]
    for _ in range(TURNS):
        for budget, times in zip(budgets, taken, strict=True):
            began = time.perf_counter()
            for _ in range(rounds):
                calendar.due(start, budget)
            times.append(time.perf_counter() - began)
    return [rounds / statistics.median(times) for times in taken]
