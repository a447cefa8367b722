"""Lists of feeds as people have them: how many outlines are read of each file, and how many addresses stand in it.

    ./dev bench opml FOLDER

Of each file it prints: outlines with an address that were read, those that could not be used (and are told by line),
and how often `xmlUrl="..."` stands in it by a naive count. It demands that none is lost silently: what was read and
what was told are together at least what was counted.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

from monitor.errors import FeedUnreadable
from monitor.model import Outlines
from monitor.sources.formats.opml import read_opml
from tests.bench.world.figures import Figures

ADDRESS = re.compile(rb"""\sxmlurl\s*=\s*["'][^"'\s]""", re.IGNORECASE)


def read(body: bytes) -> Outlines | str:
    """What a file holds, or why it is no list of feeds."""
    try:
        return read_opml(body)
    except FeedUnreadable as error:
        return str(error)


def main() -> int:
    """Read every file of a folder."""
    asked = argparse.ArgumentParser(prog="opml", description="How lists of feeds are read.")
    asked.add_argument("folder", type=Path)
    figures = Figures()
    total = unusable = counted = lost = 0
    began = time.perf_counter()
    for file in sorted(each for each in asked.parse_args().folder.iterdir() if each.is_file()):
        body = file.read_bytes()
        naive, found = len(ADDRESS.findall(body)), read(body)
        if isinstance(found, str):
            print(f"{file.name}: no list of feeds; {naive} addresses counted", flush=True)
            lost += naive
        else:
            told = len(found.unusable)
            problem = f"; {found.problem}" if found.problem else ""
            print(f"{file.name}: {len(found.outlines)} read, {told} told, {naive} counted{problem}", flush=True)
            total, unusable = total + len(found.outlines), unusable + told
            lost += max(naive - len(found.outlines) - told, 0)
        counted += naive
    figures.note(seconds=time.perf_counter() - began, read=total, told=unusable, counted=counted)
    figures.demand("lost silently", lost, most=0)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
