"""One service as a process of its own whose time a test sets: `timed_service NAME PORT FILE`; FILE holds the time."""

import importlib
import sys
from datetime import datetime
from pathlib import Path

import uvicorn

from shared import logs


def main(service: str, port: str, file: str) -> None:
    """Serve as `alurwarta serve` does, with another `now`."""
    logs.set_up(service, "INFO")
    moment = Path(file)

    def now() -> datetime:
        return datetime.fromisoformat(moment.read_text())

    app = importlib.import_module(f"services.{service}.app").create_app(now=now)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_config=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
