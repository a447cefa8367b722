"""Compiles loaded rules with what they may name, and with the entities that come with the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.config.loading.load import shipped_entities
from monitor.config.loading.rule_files import LoadedRules
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from monitor.model import Article, Config, Rule, Source


def compile_loaded(
    rules: Iterable[Rule],
    files: Config | LoadedRules,
    sources: Mapping[str, Source] | None = None,
    *,
    article: Article | None = None,
) -> RuleSet:
    """Those of the rules that run. `files`: define what the rules name; `sources`: other sources than those of the
    files; `article`: the set is for this article alone, and quickly compiled."""
    known = shipped_entities(files.entities)
    return compile_live(
        rules, files.entities, files.lists, files.sources if sources is None else sources, known, article=article
    )
