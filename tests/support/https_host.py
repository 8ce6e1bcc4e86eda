"""A real HTTPS host on loopback, with a certificate of its own, that answers what a test told it to."""

import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = "berkas.contoh.test"


@dataclass
class Answer:
    """What one path answers; `length` False leaves out how long it is."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    length: bool = True


@dataclass
class HttpsHost:
    """`asked` are the paths that were asked for, in order."""

    port: int
    trusted: ssl.SSLContext
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[str] = field(default_factory=list[str])

    def url(self, path: str, *, host: str = NAME) -> str:
        return f"https://{host}:{self.port}{path}"


@contextmanager
def https_host(folder: Path) -> Generator[HttpsHost]:
    """Serve until the test ends; its certificate is trusted by `trusted` alone."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate,
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate, key)
    server.socket = own.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made = HttpsHost(server.server_address[1], ssl.create_default_context(cafile=str(certificate)))
    _Handler.hosts[made.port] = made
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        del _Handler.hosts[made.port]


class _Handler(BaseHTTPRequestHandler):
    hosts: "dict[int, HttpsHost]" = {}  # noqa: RUF012  (by port, for the one class that the server instantiates)

    def do_GET(self) -> None:
        host = self.hosts[self.connection.getsockname()[1]]
        host.asked.append(self.path)
        answer = host.answers.get(self.path, Answer(status=404))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.length:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        try:
            self.wfile.write(answer.body)
        except OSError:
            self.close_connection = True  # who asked had enough

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
