"""Replays of recorded news, in this process: the rows that `news-monitor replay --json` prints, without its start."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from monitor.config.loading.compiled import compile_loaded
from monitor.config.loading.load import LoadCache, load_rules
from monitor.config.loading.rule_files import LoadedRules
from monitor.lab.recorded import RecordedArticle, read_recorded
from monitor.lab.replay import Replay, ReplayedAlert, ReplayedArticle, in_time_order, replay_articles
from monitor.model import AlertKind, MatchKind
from monitor.wording.reasons import outcome_in_words, reason_in_words
from tests.support.building import NOON

Row = dict[str, Any]

ROOT = Path(__file__).parents[2]
ENTITIES = ROOT / "seeds" / "entities"
SHIPPED = (ROOT / "rules", ENTITIES)
EVERYTHING: Row = {
    "rule": "everything",
    "title": "Everything",
    "level": "info",
    "match": {"pattern": "\\pL"},
    "max_age": "3650 days",
    "alert": {"once_per": "event"},
}


_COMMON = {
    "en": [
        "the",
        "a",
        "an",
        "to",
        "of",
        "in",
        "on",
        "for",
        "with",
        "as",
        "at",
        "by",
        "from",
        "is",
        "after",
        "over",
        "and",
        "says",
        "his",
        "its",
    ],
    "ru": ["в", "на", "и", "с", "по", "из", "за", "о", "не", "для", "от", "к", "у", "что"],
    "de": ["der", "die", "das", "in", "und", "mit", "im", "für", "von", "zu", "auf", "den", "nach"],
    "fr": ["le", "la", "les", "de", "des", "du", "en", "et", "à", "pour", "un", "une", "sur", "dans"],
    "es": ["el", "la", "los", "las", "de", "del", "en", "y", "a", "por", "un", "una", "con", "para"],
    "pl": ["w", "na", "i", "z", "do", "o", "nie", "się", "po", "za", "dla", "od"],
    "ko": ["*의", "*은", "*는", "*이", "*가", "*을", "*를", "*에", "*서", "*로", "*도"],
    "zh": list("的在中国一是不了人有大上出为年月日"),
    "ja": list("のをにはがでと"),
}
EVERYTHING_IN_WORDS: Row = EVERYTHING | {
    "match": {"any": [{"words": {language: words}} for language, words in _COMMON.items()] + [EVERYTHING["match"]]}
}
"""The same, that finds words besides, as the rules of users do."""


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """JSON, one row a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def write_rule(path: Path, rule: Row) -> Path:
    """A rule as a file that `load_rules` takes: JSON is YAML."""
    path.write_text(json.dumps(rule, ensure_ascii=False), encoding="utf-8")
    return path


def replay_rows(
    articles: Iterable[Row], paths: Sequence[Path], *, all_stories: bool = False, remembered: LoadCache | None = None
) -> list[Row]:
    """The rows of a replay of these articles with the rules and entities of `paths`, in the order of their times.
    Raises ValueError where a rule is faulty or an article unusable. `remembered`: files that need not be read again.
    """
    loaded = load_rules(paths, cache=remembered)
    if loaded.faults:
        raise ValueError(f"faulty rules: {loaded.faults[0]}")
    lines = [json.dumps(each) for each in articles]
    found = list(read_recorded(lines, NOON))
    usable = [each for each in found if isinstance(each, RecordedArticle)]
    if len(usable) < len(found):
        raise ValueError(f"{len(found) - len(usable)} of {len(found)} articles are unusable")
    return list(_rows(usable, loaded, all_stories))


def _rows(found: Sequence[RecordedArticle], loaded: LoadedRules, all_stories: bool) -> Iterator[Row]:
    rules = compile_loaded(loaded.rules.values(), loaded)
    for each in replay_articles(in_time_order([found], NOON), Replay(rules, all_stories=all_stories)):
        yield _article(each) if isinstance(each, ReplayedArticle) else _alert(each)


def _article(came: ReplayedArticle) -> Row:
    matches = [decided.match for decided in came.decision.decisions]
    return {
        "type": "article",
        "id": came.id,
        "rules": [match.rule for match in matches if match.kind is MatchKind.NEWS],
        "mentions": [match.rule for match in matches if match.kind is MatchKind.MENTION],
        "story": came.decision.story.id if came.decision.story else None,
        "event": came.event,
        "decisions": {decided.match.rule: outcome_in_words(decided.outcome) for decided in came.decision.decisions},
    }


def _alert(sent: ReplayedAlert) -> Row:
    return {
        "type": "alert",
        "kind": str(AlertKind(sent.kind)),
        "rule": sent.rule,
        "story": sent.story,
        "event": sent.event,
        "articles": list(sent.articles),
        "sentence": sent.sentence,
        "reason": reason_in_words(sent.why),
    }
