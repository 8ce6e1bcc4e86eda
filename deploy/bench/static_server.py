"""The floor of a public page: a server that sends files of a folder and does nothing else."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/html; sendfile on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def nginx_configuration(folder: Path, root: Path, port: int) -> Path:
    """One worker of nginx over a folder, with all that it writes in another."""
    written = folder / "nginx.conf"
    written.write_text(NGINX.format(folder=folder, root=root, port=port))
    return written


def run(root: str, port: str) -> None:
    """Until ended from outside."""
    app = Starlette(routes=[Mount("/", StaticFiles(directory=root))])
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    run(*sys.argv[1:])
