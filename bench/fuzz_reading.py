"""Hostile documents on the whole reading path, for as long as one likes.

    ./dev bench fuzz_reading [--minutes 60] [--rounds N] [--seed 1] [--keep FOLDER]

Hypothesis draws feeds, sitemaps, pages, lists of feeds and robots.txt with nasty texts in every place, damages files of
real programs, and compresses some (tests/security/hostile_documents.py). Each goes through all readers, and each of two
further through ingest, matching, an SQLite database and the messages of all kinds of channel. It demands:

    errors     none but our own (FeedUnreadable, FetchFailed), each of one clean line
    output     nothing in it that steers a terminal or hides a text; the same document again brings nothing new
    time       of the readers together: at most a worker's deadline; of the rest: at most 2 s of CPU
    memory     of the process: at most that of a parser

Each round is a process of its own: what crashes or hangs a native library is found too, and the document is kept in
the folder.
"""

from __future__ import annotations

import argparse
import base64
import faulthandler
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.world.figures import Figures
from monitor.runtime.sandbox import PARSER
from tests.security.hostile_documents import documents
from tests.security.reading_path import LIMITS, Broken, Document, read_by_all_readers, read_everything

EXAMPLES = 200  # of a round
FURTHER = 2  # each second document is taken all the way
HANGS = 60  # s of one document
DAEMON_CPU = 2.0  # s of one document behind its readers, on a machine that is shared with others


class FuzzRound:
    """The documents of one process."""

    def __init__(self, note: Path) -> None:
        self._note = note
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self.count = 0

    def try_one(self, document: Document) -> None:
        """Read it, and raise what must not be. The document is noted before: it may kill the process."""
        self._note.write_text(json.dumps(to_json(document)), encoding="ascii")
        faulthandler.dump_traceback_later(HANGS, exit=True)
        self.count += 1
        began = time.process_time()
        if self.count % FURTHER:
            feeds = read_by_all_readers(document)
            self.outcomes["read" if any(feed.entries for feed in feeds) else "no entries"] += 1
            most = LIMITS.parse.total_seconds()
        else:
            outcome = read_everything(document)
            self.outcomes["sent" if outcome.alerts else "stored" if outcome.articles else "no entries"] += 1
            most = LIMITS.parse.total_seconds() + DAEMON_CPU
        took = time.process_time() - began
        faulthandler.cancel_dump_traceback_later()
        self.slowest = max(self.slowest, took)
        if took > most:
            raise Broken(f"it took {took:.1f} s of CPU")


def to_json(document: Document) -> dict[str, object]:
    """As it is kept in files."""
    body = base64.b64encode(document.body).decode()
    return {"body": body, "headers": dict(document.headers), "url": document.url}


def run_round(number: int, note: Path) -> int:
    """In a process of its own: prints what came of it as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (2 * PARSER.memory, 2 * PARSER.memory))
    this = FuzzRound(note)

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(documents())
    def every_document(document: Document) -> None:
        this.try_one(document)

    problem = ""
    try:
        every_document()
    except Exception as error:  # what is searched for
        problem = f"{type(error).__name__}: {error}"[:2_000]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {"outcomes": this.outcomes, "count": this.count, "slowest": this.slowest, "memory": memory}
    print(json.dumps({**figures, "problem": problem}))
    return 0


def measure(minutes: float, rounds: int | None, first: int, keep: Path) -> int:
    """One round after the other; the exit code."""
    figures, outcomes, found = Figures(), Counter[str](), 0
    count, slowest, memory, number = 0, 0.0, 0, first
    end = time.monotonic() + 60 * minutes
    keep.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fuzz-") as folder:
        while time.monotonic() < end and number - first != rounds:
            note = Path(folder, "document.json")
            command = [sys.executable, "-m", "bench.fuzz_reading", "--round", str(number), str(note)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:  # it was killed, hung, or crashed below Python
                account = {"problem": f"exit code {done.returncode}: {done.stderr[-3_000:]}"}
            else:
                account = json.loads(done.stdout.splitlines()[-1])
                outcomes.update(account["outcomes"])
                count += account["count"]
                slowest, memory = max(slowest, account["slowest"]), max(memory, account["memory"])
            if account["problem"]:
                found += 1
                kept = keep / f"document-{number}.json"
                kept.write_bytes(note.read_bytes())
                print(f"round {number}: {account['problem']}\n  the document is in {kept}", flush=True)
            number += 1
    figures.note(**dict(sorted(outcomes.items())), rounds=number - first, slowest_s=slowest)
    figures.demand("documents", count, least=1)
    figures.demand("documents that break something", found, most=0)
    figures.demand("memory of a process, MiB", memory, most=PARSER.memory / 2**20)
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rounds", type=int, help="at most so many: the same documents on every machine")
    parser.add_argument("--seed", type=int, default=1, help="number of the first round")
    parser.add_argument(
        "--keep", type=Path, default=Path(".run/fuzz"), help="folder for documents that break something"
    )
    parser.add_argument("--round", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.round:
        return run_round(int(asked.round[0]), Path(asked.round[1]))
    return measure(asked.minutes, asked.rounds, asked.seed, asked.keep)


if __name__ == "__main__":
    sys.exit(main())
