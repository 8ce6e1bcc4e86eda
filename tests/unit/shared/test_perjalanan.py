"""The page's script puts an item's way in the place of the link to it, and leaves the link where it cannot."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "shared" / "static" / "perjalanan.js"
SHOW = """
const { show } = require(process.argv[1]);
const asked = [];
global.fetch = async (address) => {
  asked.push(String(address));
  return { ok: process.argv[2] === "200", text: async () => "<section>" };
};
global.DOMParser = class { parseFromString() { return { querySelector: () => "the way" }; } };
global.document = { adoptNode: (node) => node };
let shown = "the link";
const link = {
  href: "https://kantor/perjalanan/1", closest: () => null, replaceWith: (node) => { shown = node; },
};
show(link).then(() => console.log(asked.join(), shown));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the page's script")
@pytest.mark.parametrize(("status", "shown"), [("200", "the way"), ("404", "the link")])
def test_the_link_becomes_the_way_where_it_can_be_had(status: str, shown: str) -> None:
    done = subprocess.run(["node", "-e", SHOW, str(SCRIPT), status], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"https://kantor/perjalanan/1?bagian=1 {shown}"
