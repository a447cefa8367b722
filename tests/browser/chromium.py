"""Pages in a real browser: Chromium without a window lays them out, and axe-core looks for what keeps people out.

`./dev test --system` installs both. The pages allow no script, so axe comes with a copy of each that has no policy; the
page itself is shown beside it, for what its policy does to its style.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support.patience import PATIENCE

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = 390, 1200  # pixels
Scheme = Literal["light", "dark"]
_POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
_RUN = """
<script>
addEventListener("load", async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const faults = found.violations.map((each) => (
    {id: each.id, impact: each.impact, where: each.nodes.map((node) => node.target.join(" "))}));
  const root = document.documentElement;
  parent.note("NAME", {faults, passes: found.passes.length, width: root.scrollWidth, room: root.clientWidth});
});
</script>
"""
_COLLECT = """
<script>
const found = {};
function note(name, result) {
  found[name] = result;
  if (Object.keys(found).length < COUNT) return;
  const shown = {};
  for (const frame of document.querySelectorAll("iframe.asis")) {
    const style = frame.contentWindow.getComputedStyle(frame.contentDocument.body);
    shown[frame.name] = {paper: style.backgroundColor, width: style.maxWidth};
  }
  document.getElementById("out").textContent = JSON.stringify({found, shown});
}
</script>
"""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A page as the browser shows it. `faults`: what axe finds, each with its impact and its places; `passes`: how many
    rules of axe the page meets; `width`, `room`: how wide it is, and how wide the window; `paper`: its colour, by its
    own style."""

    faults: Sequence[Mapping[str, object]]
    passes: int
    width: int
    room: int
    paper: str


def lay_out(pages: Mapping[str, str], scheme: Scheme, folder: Path) -> dict[tuple[str, int], LaidOut]:
    """Each page, by its name and the width of the window."""
    frames = []
    for name, page in pages.items():
        for width in (PHONE, DESK):
            tested = _POLICY.sub("", page).replace("</body>", f"{_RUN.replace('NAME', f'{name} {width}')}</body>")
            tested = tested.replace("<head>", '<head><script src="axe.min.js"></script>', 1)
            frames.append(f'<iframe width="{width}" height="900" srcdoc="{html.escape(tested)}"></iframe>')
        frames.append(f'<iframe class="asis" name="{name}" srcdoc="{html.escape(page)}"></iframe>')
    shutil.copy(AXE, folder / "axe.min.js")
    collect = _COLLECT.replace("COUNT", str(2 * len(pages)))
    harness = folder / f"{scheme}.html"
    body = f"<!DOCTYPE html><meta charset=utf-8>{collect}<pre id=out></pre>{''.join(frames)}"
    harness.write_text(body, encoding="utf-8")
    dumped = _dump(harness, scheme, folder)
    out = re.search(r'<pre id="out">(.*?)</pre>', dumped, re.DOTALL)
    assert out is not None, dumped[:2000]
    assert out[1], "the browser ended before axe did"
    result = json.loads(html.unescape(out[1]))
    return {
        (name, width): LaidOut(**result["found"][f"{name} {width}"], paper=result["shown"][name]["paper"])
        for name in pages
        for width in (PHONE, DESK)
    }


def _dump(page: Path, scheme: Scheme, folder: Path) -> str:
    """The document once its scripts have ended."""
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"),
        *("--disable-dev-shm-usage", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=60000"),
        f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
        *("--dump-dom", page.as_uri()),
    ]
    ended = subprocess.run(
        ["chromium", *options],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "HOME": str(folder)},
    )
    return ended.stdout
