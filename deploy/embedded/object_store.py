"""moto's S3 server as the object store, in memory. It checks no signature, so it listens on loopback only."""

import logging
import os
from typing import Any

from moto.server import ThreadedMotoServer

from deploy.embedded.lifeline import hold, home, ready


def main() -> None:
    """Serve until the parent goes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with home():
        server: Any = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        ready(f"http://{host}:{port}")
        hold()
    os._exit(0)  # every request is a daemon thread over memory: nothing to save


if __name__ == "__main__":
    main()
