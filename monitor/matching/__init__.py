"""Rules -> one compiled set -> matches with spans and reasons. Pure.

`terms` (what to look for), `search` (where its letters stand), `document` (an article laid out), `nodes` (conditions
and their evidence), `ruleset` (the two stages), `compile` (rules and entities into a set).
"""

from monitor.matching.compile import compile_rules
from monitor.matching.ruleset import RuleSet

__all__ = ["RuleSet", "compile_rules"]
