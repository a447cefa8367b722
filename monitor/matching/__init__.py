"""Compiles rules into one set that finds what an article matches, with spans and reasons. Pure.

`terms` (what to look for), `automaton` (where its letters occur), `tokenized_article` (an article prepared for
matching), `nodes` (conditions and their evidence), `ruleset` (the two stages), `compile` (rules and entities into a
set).
"""

from monitor.matching.compile import compile_rules
from monitor.matching.ruleset import ArticleMatches, RuleSet

__all__ = ["ArticleMatches", "RuleSet", "compile_rules"]
