"""A system that is told of Stories by webhook: it checks who sent it, takes each intent once, and shows it."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

AGE_SECONDS = 300


@dataclass
class WebhookReceiver:
    """`shown` is each Story's data as it stands; `heard` each webhook-id once; `came` all that came."""

    port: int = 0
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    shown: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    heard: list[str] = field(default_factory=list[str])
    came: list[str] = field(default_factory=list[str])
    answer: dict[str, Any] = field(default_factory=dict[str, Any])
    now: Callable[[], float] = time.time

    @property
    def secret(self) -> str:
        return f"whsec_{base64.b64encode(self.key).decode()}"

    def take(self, headers: Any, body: bytes) -> int:
        """The status to answer."""
        id_, at = headers["webhook-id"], headers["webhook-timestamp"]
        self.came.append(id_)
        wanted = hmac.digest(self.key, f"{id_}.{at}.".encode() + body, hashlib.sha256)
        given = headers["webhook-signature"].removeprefix("v1,")
        if not hmac.compare_digest(base64.b64encode(wanted).decode(), given) or abs(self.now() - int(at)) > AGE_SECONDS:
            return 401
        if id_ not in self.heard:
            self.heard.append(id_)
            self._act(json.loads(body))
        return 200

    def _act(self, told: dict[str, Any]) -> None:
        data = told["data"]
        if told["type"] == "story.taken-down":
            self.shown.pop(data["story"], None)
        else:
            self.shown[data["story"]] = data


@contextmanager
def webhook_receiver() -> Generator[WebhookReceiver]:
    """Listen on a free port of the loopback until the test ends."""
    made = WebhookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if len(body) < int(self.headers["Content-Length"]):
                return  # it was cut off
            self.send_response(made.take(self.headers, body))
            self.end_headers()
            self.wfile.write(json.dumps(made.answer).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
