"""The documents of `fuzz_reading`, drawn by Atheris, which prefers those that reach code that no other one has reached.

    ./dev bench guided_fuzzing [--minutes 60] [--keep FOLDER]

Atheris has no wheels for every Python, so it is not among the tools of `./dev`: `.venv/bin/pip install atheris` first.
It runs in one process, and ends at the first fault, with a traceback; the document is then in the folder.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

_MOST_BYTES = 8192  # that Hypothesis draws a document from


def main() -> None:
    """From the command line. Atheris ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-documents"))
    asked = parser.parse_args()
    asked.keep.mkdir(parents=True, exist_ok=True)
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["monitor"]):  # what was imported before would not be seen
        from tests.bench.fuzz_reading import FuzzRound
        from tests.security.hostile_documents import documents
    this = FuzzRound(asked.keep / "document.json")
    without_limits = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    test: Any = without_limits(given(documents())(this.try_one))
    options = {"max_total_time": round(60 * asked.minutes), "max_len": _MOST_BYTES, "len_control": 0}
    given_to_fuzzer = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup([sys.argv[0], *given_to_fuzzer, f"-artifact_prefix={asked.keep}/"], test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
