"""What a rule misses and which changes would help it, by labelled articles of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from monitor.config.language.faults import did_you_mean
from monitor.config.loading.load import LoadedRules
from monitor.errors import InvalidRequest
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.coverage import Coverage, measure_coverage
from monitor.lab.improving.examples import Example, examples_from_labels
from monitor.lab.improving.relaxing import Definitions
from monitor.lab.improving.tuning import Tuning, tune_rule
from monitor.lab.scoring import LabeledArticle

Track = Callable[[Iterable[Example], int], Iterable[Example]]
"""Yields the articles that it is given, and can count them while they are read; the number: how many they are."""


def cover_rule(loaded: LoadedRules, rule: str, articles: Sequence[LabeledArticle], track: Track) -> Coverage:
    """Measure the coverage of a rule on labelled articles. Raises InvalidRequest if there is no such rule."""
    annotated = find_annotated_rule(loaded, rule)
    examples = examples_from_labels(articles, rule)
    return measure_coverage(annotated, track(examples, len(examples)), definitions_of(loaded), len(examples))


def propose_changes(
    loaded: LoadedRules, rule: str, articles: Sequence[LabeledArticle], now: datetime, track: Track
) -> Tuning:
    """Propose changes of a rule by labelled articles. Raises InvalidRequest if there is no such rule."""
    annotated = find_annotated_rule(loaded, rule)
    examples = examples_from_labels(articles, rule)
    return tune_rule(annotated, track(examples, len(examples)), definitions_of(loaded), len(examples), now)


def find_annotated_rule(loaded: LoadedRules, rule: str) -> AnnotatedDocument:
    """A rule with its document. Raises InvalidRequest if there is no such rule, or it is faulty."""
    if rule in loaded.rules:
        found = loaded.rules[rule]
        return AnnotatedDocument(found, loaded.documents[found.place])
    if rule in loaded.declared_rule_ids:
        raise InvalidRequest(f"the rule '{rule}' has a fault: `news-monitor check` shows it")
    hint = did_you_mean(rule, loaded.rules, "`news-monitor rules list` has them")
    raise InvalidRequest(f"there is no rule '{rule}'; {hint}")


def definitions_of(loaded: LoadedRules) -> Definitions:
    """What rules may refer to."""
    return Definitions(loaded.entities, loaded.lists, loaded.sources, loaded.rules)
