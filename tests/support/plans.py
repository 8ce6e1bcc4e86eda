"""How PostgreSQL reads what a page asks for: the plans of all that is fetched, without changing it."""

import json
from typing import Any


class Explaining:
    """A connection that keeps the plan of all that is fetched through it."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        (told,) = await self.conn.fetch(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
        self.plans.append(json.loads(told[0])[0]["Plan"])
        return await self.conn.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> Any:
        found = await self.fetch(sql, *arguments)
        return found[0] if found else None

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        """One value, of which the plan is not looked at."""
        return await self.conn.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: Any) -> Any:
        return await self.conn.execute(sql, *arguments)

    def tables_read_whole(self) -> set[str]:
        return {p["Relation Name"] for plan in self.plans for p in _all(plan) if p["Node Type"].endswith("Seq Scan")}

    def indexes(self) -> set[str]:
        return {p["Index Name"] for plan in self.plans for p in _all(plan) if "Index Name" in p}


def _all(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(found for inner in plan.get("Plans", ()) for found in _all(inner))]
