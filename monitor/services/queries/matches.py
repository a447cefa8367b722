"""The stored matches: what was decided on each, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.alerting.mutes import Mute
from monitor.alerting.quotes import Quote, quote_all_sentences
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import InvalidRequest
from monitor.model import Config, Rule, RuleBrief
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queries.matches import ExportedMatch, MatchDetails, MatchFilter, MatchQueries, MatchReport
from monitor.store.queries.stories import StoryQueries

__all__ = ["ExportedMatch", "MatchDetails", "MatchFilter", "QuotedMatch", "iter_matches", "list_matches", "show_match"]


@dataclass(frozen=True, slots=True)
class QuotedMatch:
    """A match with all that belongs to it. `sentences`: those with its evidence; `rule`: as it is in the files now, or
    None if it is gone; `mutes`: of its story and event, also those that are over."""

    details: MatchDetails
    sentences: tuple[Quote, ...]
    rule: Rule | RuleBrief | None
    mutes: tuple[Mute, ...]


def list_matches(
    config: Config | ConfigSummary, database: Database, wanted: MatchFilter, limit: int
) -> list[MatchReport]:
    """At most `limit` matches, the newest first. Raises InvalidRequest for a rule or source that neither the files nor
    the database know."""
    queries = MatchQueries(database)
    _require_known_names(config, queries, wanted)
    return queries.newest(wanted, limit)


def iter_matches(config: Config | ConfigSummary, database: Database, wanted: MatchFilter) -> Iterator[ExportedMatch]:
    """All matches with the texts of their articles, in the order in which they were stored; few are in memory at once.
    Raises InvalidRequest at once for a rule or source that neither the files nor the database know, and for a missing
    match."""
    queries = MatchQueries(database)
    _require_known_names(config, queries, wanted)
    if missing := set(wanted.ids) - queries.find_existing(wanted.ids):
        raise _no_such_match(min(missing))
    return queries.iter_exported(wanted)


def show_match(config: Config | ConfigSummary, database: Database, id_: int) -> QuotedMatch:
    """One match. Raises InvalidRequest if there is none with this id."""
    details = MatchQueries(database).find_details(id_)
    if details is None:
        raise _no_such_match(id_)
    match = details.match
    sentences = quote_all_sentences(match.article.title, details.text, match.evidence)
    mutes = StoryQueries(database).find_mutes([id_ for id_ in (match.story, match.event) if id_])
    return QuotedMatch(details, tuple(sentences), config.rules.get(match.rule), mutes)


def _no_such_match(id_: int) -> InvalidRequest:
    return InvalidRequest(f"there is no match {id_}: `news-monitor matches list` shows those that are")


def _require_known_names(config: Config | ConfigSummary, queries: MatchQueries, wanted: MatchFilter) -> None:
    require_known("rule", wanted.rules, config.rules, queries.rules)
    require_known("source", wanted.sources, config.sources, queries.sources)
    if wanted.query is not None:
        sources = (*wanted.query.sources.wanted, *wanted.query.sources.unwanted)
        require_known("source", sources, config.sources, queries.sources)
        require_known("rule", wanted.query.rules.unwanted, config.rules, queries.rules)
