"""Which rules run."""

from __future__ import annotations

from dataclasses import replace

from monitor.matching.live import compile_live
from monitor.model import RuleStatus
from tests.support.building import HEADLINE, article, rule


def test_only_live_rules_run() -> None:
    """A rule that is off meets nothing, whoever asks."""
    off = replace(rule("asleep"), status=RuleStatus.OFF)
    compiled = compile_live([rule("awake"), off], {})
    assert list(compiled.rules) == ["awake"]
    assert [match.rule for match in compiled.match(article(title=HEADLINE))] == ["awake"]
