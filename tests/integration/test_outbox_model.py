"""The guarantee in simulated time: a few histories that Hypothesis invents; `./dev bench outbox_model` tries many."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.outbox_model import DeliveryMachine


def test_whatever_happens_nothing_is_lost(newest_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same histories every time."""
    monkeypatch.setattr(DeliveryMachine, "template", newest_file, raising=False)
    few = settings(
        max_examples=10,
        stateful_step_count=14,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(DeliveryMachine, settings=few)
