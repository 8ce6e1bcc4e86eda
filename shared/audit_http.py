"""From where a change over HTTP came: a screen, or the API that other systems and scripts use."""

from starlette.types import ASGIApp, Receive, Scope, Send

from shared import audit

API = "/api/"


class TellsOrigin:
    """Around a service's routes: audit rows that a request writes say which way it came in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with audit.coming_from("api" if scope["path"].startswith(API) else "screen"):
            await self.app(scope, receive, send)
