"""How much longer more of the same takes, on a machine of any speed and load."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def measure_growth(run: Callable[[int], object], few: int, many: int) -> float:
    """How many times as long `run(many)` takes as `run(few)`: CPU time, the shortest of five.

    The garbage collector is off meanwhile: what it goes through are the objects of all the tests before this one.
    """

    def measure(count: int) -> float:
        start = time.process_time()
        run(count)
        return time.process_time() - start

    gc.collect()
    gc.disable()
    try:
        run(few)
        return min(measure(many) for _ in range(5)) / max(min(measure(few) for _ in range(5)), 0.001)
    finally:
        gc.enable()
