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
    files; `article`: as in `compile_rules`."""
    known = shipped_entities(files.entities)
    return compile_live(
        rules, files.entities, files.lists, files.sources if sources is None else sources, known, article=article
    )


def compile_for_article(
    rules: Mapping[str, Rule], files: Config | LoadedRules, article: Article, only: str | None = None
) -> RuleSet:
    """Those of the rules that run, for one article, which takes a fraction of the time. `only`: the rule that is asked
    about: rules that it does not depend on are left out. If there is no such rule, the set is empty."""
    return compile_loaded(_select_needed(rules, only), files, article=article)


def _select_needed(rules: Mapping[str, Rule], only: str | None) -> Iterable[Rule]:
    if only is None:
        return rules.values()
    asked = rules.get(only)
    if asked is None:
        return ()
    return rules.values() if asked.depends_on_other_rules else (asked,)
