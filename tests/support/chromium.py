"""A real browser without a screen, driven by its DevTools protocol over two pipes."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0


def chromium() -> str:
    """Where a browser is; in CI its absence is a failure, elsewhere a skip that says how to get one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no browser here: apt-get install chromium")
    return found


@dataclass
class Page:
    """One tab. Commands go by `call`, JavaScript by `run`."""

    write: asyncio.StreamWriter
    session: str = ""
    waiting: dict[int, "asyncio.Future[Any]"] = field(default_factory=dict[int, "asyncio.Future[Any]"])
    said: list[str] = field(default_factory=list[str])

    async def call(self, method: str, **params: Any) -> Any:
        number = len(self.said) + 1
        self.said.append(method)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.waiting[number] = asyncio.get_running_loop().create_future()
        self.write.write(json.dumps(message).encode() + b"\0")
        answer = await asyncio.wait_for(self.waiting[number], PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    async def run(self, code: str) -> Any:
        """The value of an expression in the page."""
        done = await self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def until(self, code: str) -> Any:
        """Wait until an expression is true in the page."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := await self.run(code)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            text = await self.run("document.body.innerText")
            raise AssertionError(f"not within {PATIENCE} s: {code}\n{text}") from None
        return found

    async def go(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    async def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files as a person does."""
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        node = (await self.call("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        await self.call("DOM.setFileInputFiles", nodeId=node, files=[str(f) for f in files])

    async def online(self, is_online: bool) -> None:
        await self.call(
            "Network.emulateNetworkConditions",
            offline=not is_online,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    async def slow(self, bytes_a_second: int) -> None:
        await self.call(
            "Network.emulateNetworkConditions",
            offline=False, latency=0, downloadThroughput=-1, uploadThroughput=bytes_a_second,
        )  # fmt: skip


@asynccontextmanager
async def page(folder: Path, cookies: Mapping[str, str], site: str) -> AsyncGenerator[Page]:
    """A tab of a browser with its own profile, which has these cookies of one site."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    command = (
        f"exec {chromium()} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe "
        f"--user-data-dir={folder} about:blank 3<&{theirs_in} 4>&{theirs_out}"
    )
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", command, pass_fds=(theirs_in, theirs_out),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs_in)
    os.close(theirs_out)
    reader, writer = await _streams(ours_in, ours_out)
    tab = Page(writer)
    reading = asyncio.create_task(_read(reader, tab))
    try:
        target = (await tab.call("Target.createTarget", url="about:blank"))["targetId"]
        tab.session = (await tab.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for name, value in cookies.items():
            await tab.call("Network.setCookie", name=name, value=value, url=site)
        for domain in ("Page", "DOM", "Network", "Runtime"):
            await tab.call(f"{domain}.enable")
        yield tab
    finally:
        reading.cancel()
        if process.returncode is None:
            process.terminate()
        await process.wait()
        writer.close()


async def _streams(fd_in: int, fd_out: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd_in, "rb", 0))
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(fd_out, "wb", 0)
    )
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


async def _read(reader: asyncio.StreamReader, tab: Page) -> None:
    while True:
        message = json.loads((await reader.readuntil(b"\0"))[:-1])
        if message.get("method") == "Page.javascriptDialogOpening":  # "leave this page?": yes
            accept = {"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            tab.write.write(json.dumps(accept | {"sessionId": tab.session}).encode() + b"\0")
        future = tab.waiting.pop(message.get("id", -1), None)
        if future is not None and not future.done():
            future.set_result(message)
