"""Logs as JSON lines with constant messages and bound fields; never personal data or secrets."""

import logging
import sys
import time

import structlog


class Seldom(logging.Filter):
    """Of the named library, at most one line per message in five seconds: aiokafka says thousands in an outage."""

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self._library):
            return True
        now, said = time.monotonic(), (record.name, str(record.msg)[:80])
        if now - self._last.get(said, -60.0) < 5:
            return False
        self._last[said] = now
        return True


def set_up(service: str, level: str = "INFO") -> None:
    """Send our own and the libraries' logs to standard output, one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.processors.format_exc_info],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    # Our consumers tell of failed batches themselves; what is critical here is a commit that failed.
    logging.getLogger("alurwarta.faststream").setLevel(logging.CRITICAL)
    handler.addFilter(Seldom("aiokafka"))
    # Both tell whole addresses, and a presigned one is a right to read.
    for library in ("uvicorn.access", "httpx"):
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)
