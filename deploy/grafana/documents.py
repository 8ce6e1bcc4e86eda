"""The files of `deploy/grafana/dashboards`: made, written, compared with what is committed."""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana import pengelola, pimpinan


def documents() -> dict[str, str]:
    """The text of every dashboard, by its file name."""
    made = {"pimpinan.json": pimpinan.build(), "pengelola.json": pengelola.build()}
    return {name: _pretty(_numbered(board.build())) for name, board in made.items()}


def _numbered(board: Dashboard) -> Dashboard:
    """Each panel with a number of its own, by which Grafana links to it."""
    for number, panel in enumerate(board.panels or [], 1):
        panel.id_val = number
    return board


def stale(home: Path) -> list[str]:
    """The files that are not what the code says: changed, missing, or no longer made."""
    wanted = documents()
    there = {path.name: path.read_text() for path in home.glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(home: Path) -> list[str]:
    """Bring the files up to date; returns which."""
    wanted, changed = documents(), stale(home)
    home.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (home / name).write_text(wanted[name])
        else:
            (home / name).unlink()
    return changed


def _pretty(board: object) -> str:
    return json.dumps(board, indent=2, ensure_ascii=False, sort_keys=True, cls=JSONEncoder) + "\n"
