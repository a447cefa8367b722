"""The guarantee in simulated time: many histories of polls, channels that fail, crashes and clocks that jump.

    ./dev bench outbox_model [--histories 1000] [--steps 60]

Hypothesis invents the histories, and shortens one that breaks the guarantee. Real are the database (SQLite), the
outbox and the dispatcher; time and servers are simulated. `tests/support/outbox_model.py` says what may happen and
what must hold. Exit code 1 with the shortest history if something does not.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from bench.world.figures import Figures
from bench.world.place import parser_of
from monitor.store.engine.opening import open_database
from tests.support.outbox_model import DeliveryMachine


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=60)
    given = parser.parse_args()
    many = settings(
        max_examples=given.histories,
        stateful_step_count=given.steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        DeliveryMachine.template = Path(folder) / "newest.db"
        newest = open_database(f"sqlite:///{DeliveryMachine.template}")
        newest.upgrade()
        newest.close()
        run_state_machine_as_test(DeliveryMachine, settings=many)
    figures = Figures()
    figures.note(histories=given.histories, steps=given.steps)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
