"""Since when posts that have to be gone from their channels are still there, or may be."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.db import Connection


async def oldest(conn: "Connection") -> dict[str, datetime]:
    """Of each channel with such a post, since when the oldest was asked for."""
    rows = await conn.fetch(
        """SELECT channel, min(removal_since) AS since FROM deliveries
           WHERE removal IN ('due', 'by-hand', 'refused') AND removal_cause <> 'left-over' GROUP BY channel"""
    )
    return {row["channel"]: row["since"] for row in rows}
