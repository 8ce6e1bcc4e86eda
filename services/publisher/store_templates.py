"""The office's own templates for the texts of channels; a channel without a row has the default."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.db import Connection


async def every(conn: "Connection") -> dict[str, str]:
    """Each channel's."""
    return {row["channel"]: row["template"] for row in await conn.fetch("SELECT * FROM channel_templates")}


async def save(conn: "Connection", channel: str, template: str, *, by: str, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO channel_templates (channel, template, changed_by, changed_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (channel) DO UPDATE SET template = excluded.template, changed_by = excluded.changed_by,
               changed_at = excluded.changed_at""",
        channel, template, by, at,
    )  # fmt: skip


async def forget(conn: "Connection", channel: str) -> None:
    """The default again."""
    await conn.execute("DELETE FROM channel_templates WHERE channel = $1", channel)
