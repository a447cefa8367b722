"""A rule in short."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.rules import Level, Rule, RuleStatus


@dataclass(frozen=True, slots=True)
class RuleBrief:
    """The fields of a rule that lists and reports show, without its conditions. `version`: as in `Rule`."""

    status: RuleStatus
    title: str
    level: Level
    version: str

    @classmethod
    def from_rule(cls, rule: Rule) -> RuleBrief:
        """The brief of a rule that is loaded."""
        return cls(rule.status, rule.title, rule.level, rule.version)
