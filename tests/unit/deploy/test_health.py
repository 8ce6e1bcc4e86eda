"""What a container's health check says of the service beside it."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from deploy.embedded.house import free_port


@contextmanager
def service(http: int, words: bytes) -> Generator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(http if self.path == "/health/ready" else 404)
            self.end_headers()
            self.wfile.write(words)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Not on the test's standard error."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def asked(address: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-Im", "deploy.health", address], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_a_service_that_works_is_healthy():
    with service(200, b'{"problems": []}') as address:
        assert asked(address) == (0, "")


def test_a_service_that_waits_is_not_and_its_reason_is_told():
    with service(503, b'{"problems": ["waiting for the database"]}') as address:
        code, words = asked(address)
    assert code == 1
    assert "waiting for the database" in words


def test_a_service_that_is_not_there_is_not_healthy():
    code, words = asked(f"127.0.0.1:{free_port()}")
    assert code == 1
    assert "ConnectionRefusedError" in words


def test_the_check_loads_nothing_but_the_standard_library():
    # Each of five containers runs it every ten seconds: a command's packages alone take about half a second to load.
    loaded = "import sys, deploy.health; print([m for m in sys.modules if m.split('.')[0] in ('typer', 'pydantic')])"
    done = subprocess.run([sys.executable, "-Ic", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
