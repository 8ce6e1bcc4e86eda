"""The editor's bundle is what its sources make."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
SOURCES = HOUSE / "deploy" / "editor"
BUNDLE = HOUSE / "shared" / "static" / "vendor" / "prosemirror" / "prosemirror.js"


def test_the_bundle_names_the_sources_that_it_was_made_of():
    told = b"".join((SOURCES / name).read_bytes() for name in ("package.json", "package-lock.json", "prosemirror.js"))
    assert f" * of sources {hashlib.sha256(told).hexdigest()}\n" in BUNDLE.read_text()[:4_000]


def test_the_bundle_carries_the_licence_of_each_package_in_it():
    packages = re.findall(
        r'"node_modules/((?:prosemirror|rope|w3c|ordered)[^"]*)"', (SOURCES / "package-lock.json").read_text()
    )
    head = BUNDLE.read_text()[:4_000]
    assert len(packages) > 10
    assert all(re.search(rf"^ \* {name} \S+ \(MIT\)$", head, re.M) for name in packages)
    assert "Permission is hereby granted" in head


def test_the_lock_file_names_no_registry():
    assert "http" not in (SOURCES / "package-lock.json").read_text()


@pytest.mark.skipif(not os.environ.get("CI"), reason="asks npm's registry: in CI only")
def test_the_bundle_is_made_again_byte_for_byte(tmp_path: Path):
    if shutil.which("npm") is None:
        pytest.skip("no npm here: apt-get install npm")
    subprocess.run([SOURCES / "build", tmp_path / "made.js"], check=True, timeout=240)
    assert (tmp_path / "made.js").read_bytes() == BUNDLE.read_bytes()
