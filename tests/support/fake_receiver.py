"""Another system behind HTTP that takes each intent once (Standard Webhooks), as the fakes of channels are served."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.faulty import Answer, How, Kind
from tests.support.webhook_receiver import WebhookReceiver


@dataclass
class FakeReceiver:
    """`receiver` holds what it was told."""

    receiver: WebhookReceiver = field(default_factory=WebhookReceiver)
    answers: Mapping[How, Answer] = field(
        default_factory=lambda: {"expired": (401, {}, {}), "limited": (429, {"retry-after": "60"}, {})}
    )

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self.take, methods=["POST"])])

    def kind_of(self, method: str, path: str) -> Kind:
        return "publish"

    async def take(self, request: Request) -> JSONResponse:
        return JSONResponse({}, self.receiver.take(request.headers, await request.body()))
