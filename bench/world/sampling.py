"""CPU time by the files in which it goes by, sampled; and how many calls go into them."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any, Self

import monitor

PACKAGE = Path(monitor.__file__).parent
_EVERY = 0.001  # s of CPU; the kernel may take fewer


class CpuSampler:
    """While it is entered: how much of the CPU time of this thread goes by in files, with all that they call.

    `share` is of the samples that it took, `seconds` the CPU time. Entered again, it goes on.
    """

    def __init__(self, files: Collection[str]) -> None:
        self.samples = self.within = 0
        self.seconds = 0.0
        self._files = files
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.process_time()
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
        return self

    def __exit__(self, *ended: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)  # one that is still to come would end the process
        self.seconds += time.process_time() - self._began

    @property
    def spent(self) -> float:
        """Seconds of CPU time within the files."""
        return self.seconds * self.within / self.samples if self.samples else 0.0

    def _sample(self, number: int, frame: FrameType | None) -> None:
        del number
        self.samples += 1
        while frame is not None:
            if frame.f_code.co_filename in self._files:
                self.within += 1
                return
            frame = frame.f_back


def calls_into(files: Collection[str], work: Callable[[], object]) -> int:
    """How many Python functions of these files this work calls."""
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename in files

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
