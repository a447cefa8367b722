"""Finds what a person marks, and marks it: matches, what alerts report, and articles for a rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from monitor.cases import determine_article_provenance, name_publisher
from monitor.config.loading.compiled import compile_for_article
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import InvalidRequest
from monitor.model import Article, Config, MarkVerdict, MatchKind, Source
from monitor.services.lookup import find_alert, find_article_number, require_known
from monitor.store.engine.database import Database
from monitor.store.marks import Judgement, MarkResult, Marks
from monitor.store.queries.alerts import AlertLine, AlertQueries, AlertSummary
from monitor.store.queries.articles import ArticleQueries

_MATCH_NUMBER = re.compile("[0-9]{1,9}")  # the ids of alerts are longer


def mark_matches(
    database: Database,
    config: Config | ConfigSummary,
    ids: Sequence[str],
    judgement: Judgement,
    *,
    lines: Collection[int] = (),
) -> list[MarkResult]:
    """Mark matches, by their numbers, and what alerts report, by their ids or the beginnings of these. `lines`: of a
    digest, by the numbers in its message; it may have one line only if none is given. Raises InvalidRequest if a match
    or alert does not exist, or if an alert is a notice, has lost its article or does not have such a line; then nothing
    is marked."""
    numbers = [id_ for id_ in ids if _MATCH_NUMBER.fullmatch(id_)]
    queries = AlertQueries(database)
    alerts = [find_alert(queries, id_) for id_ in dict.fromkeys(ids) if id_ not in numbers]
    if lines and (numbers or len(alerts) > 1 or not alerts[0].is_digest):
        raise InvalidRequest("--line is for the lines of a digest: name one digest, and its lines")
    matches: dict[int, str | None] = dict.fromkeys(map(int, numbers))
    for alert in alerts:
        matches |= {line.match: alert.id for line in _choose_lines(alert, lines) if line.match is not None}
    return Marks(database).mark_matches(matches, judgement, partial(find_publisher, config.sources))


def mark_articles(
    database: Database, config: Config, names: Sequence[str], rule: str, judgement: Judgement
) -> tuple[list[MarkResult], list[str]]:
    """Mark stored articles, by their numbers or addresses, for a rule. If it missed them, returns also the titles of
    those that the rule, as it is now, matches as news. Raises InvalidRequest if the rule or an article does not exist,
    or if the verdict cannot be true: it missed what it matched as news, or is right to match what it did not match;
    then none is marked."""
    require_known("rule", [rule], config.rules)
    queries = ArticleQueries(database)
    ids = [find_article_number(queries, name) for name in dict.fromkeys(names)]
    version, publisher_of = config.rules[rule].version, partial(find_publisher, config.sources)
    results = Marks(database).mark_articles(ids, rule, version, judgement, publisher_of)
    if judgement.verdict is not MarkVerdict.MISSED:
        return results, []
    articles = [result.article for result in results]
    found = [compile_for_article(config.rules, config, each, rule).match(each) for each in articles]
    return results, [
        article.title
        for article, matches in zip(articles, found, strict=True)
        if any(match.rule == rule and match.kind is MatchKind.NEWS for match in matches)
    ]


def find_publisher(sources: Mapping[str, Source], article: Article) -> str:
    """Who prints an article of these sources."""
    source = sources.get(article.source)
    return name_publisher(article, determine_article_provenance(article, source), source)


def _choose_lines(alert: AlertSummary, numbers: Collection[int]) -> list[AlertLine]:
    """The lines of an alert that are to be marked."""
    if alert.subject is not None:
        raise InvalidRequest(f"{alert.id} is a notice about {alert.subject}, not news: there is nothing to mark")
    lines = [line for line in alert.lines if line.match is not None]
    if not lines:
        raise InvalidRequest(f"alert {alert.id} has lost its article, which was erased: there is nothing to mark")
    listed = "\n".join(f"  {line.number}. {line.title} ({line.rule})" for line in lines)
    if len(lines) > 1 and not numbers:
        raise InvalidRequest(f"{alert.id} is a digest: say with --line which of its lines you mean:\n{listed}")
    if missing := sorted(set(numbers) - {line.number for line in lines}):
        raise InvalidRequest(f"digest {alert.id} has no line {missing[0]}; it has:\n{listed}")
    return [line for line in lines if not numbers or line.number in numbers]
