"""The examples of a page of the documentation, so that tests run them and not copies of them."""

import re
from dataclasses import dataclass
from pathlib import Path

MARKED = re.compile(r"<!-- (\w+): (\S+) -->\n```(\w+)\n(.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """`run` holds what is executed, as (language, code); `files` what lies beside it; `parts` what a file must hold."""

    text: str
    run: dict[str, tuple[str, str]]
    files: dict[str, str]
    parts: dict[str, str]


def page(file: Path) -> Page:
    """Read a page with blocks marked `<!-- run: NAME -->`, `<!-- file: NAME -->` or `<!-- part: NAME -->`."""
    text = file.read_text()
    found: dict[str, dict[str, tuple[str, str]]] = {"run": {}, "file": {}, "part": {}}
    for kind, name, language, code in MARKED.findall(text):
        assert name not in found[kind], f"two examples named {name}"
        found[kind][name] = (language, code)
    assert text.count("<!-- ") == sum(map(len, found.values())), "a mark that stands before no block"
    codes = {kind: {name: code for name, (_, code) in found[kind].items()} for kind in ("file", "part")}
    return Page(text, found["run"], codes["file"], codes["part"])
