"""Marks: a person says whether a match was what its rule is for, or that a rule has missed an article."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitor.config.loading.compiled import compile_for_article
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import InvalidRequest
from monitor.model import Article, Config, MarkedArticle, MarkVerdict, MatchKind
from monitor.services.lookup import find_alert, find_article_number, require_known
from monitor.store.commit.mark_writer import Judgement, MarkResult, MarkWriter
from monitor.store.engine.database import Database
from monitor.store.queries.alerts import AlertLine, AlertQueries, AlertSummary
from monitor.store.queries.articles import ArticleQueries

__all__ = ["ImportCounts", "Judgement", "MarkResult", "import_marks", "mark_alerts", "mark_articles", "mark_matches"]

_BATCH = 250  # articles imported in one transaction


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many marks an import had, and how many of them were new here."""

    marks: int
    added: int


def mark_matches(
    database: Database, config: Config | ConfigSummary, ids: Sequence[int], judgement: Judgement
) -> list[MarkResult]:
    """Mark these matches, by their numbers, as good or noise. Raises InvalidRequest if one of them does not exist; then
    none is marked."""
    return MarkWriter(database, config.sources).mark_matches(dict.fromkeys(ids), judgement)


def mark_alerts(
    database: Database,
    config: Config | ConfigSummary,
    ids: Sequence[str],
    judgement: Judgement,
    *,
    lines: Collection[int] = (),
) -> list[MarkResult]:
    """Mark what these alerts report as good or noise. The beginning of an id is enough. `lines`: of a digest, by the
    numbers in its message; it may have one line only if none is given. Raises InvalidRequest if an alert does not
    exist, is a notice, has lost its article or does not have such a line; then nothing is marked."""
    queries = AlertQueries(database)
    found = [find_alert(queries, id_) for id_ in dict.fromkeys(ids)]
    if lines and (len(found) > 1 or not found[0].is_digest):
        raise InvalidRequest("--line is for the lines of a digest: name one digest, and its lines")
    matches = {
        line.match: alert.id for alert in found for line in _choose_lines(alert, lines) if line.match is not None
    }
    return MarkWriter(database, config.sources).mark_matches(matches, judgement)


def mark_articles(
    database: Database, config: Config, names: Sequence[str], rule: str, judgement: Judgement
) -> tuple[list[MarkResult], list[str]]:
    """Mark stored articles, by their numbers or addresses, as missed by a rule, or as nothing that it is for. Returns
    also the titles of those that the rule, as it is now, matches as news. Raises InvalidRequest if the rule or an
    article does not exist, or if the rule matched one of the articles as news when it came; then none is marked."""
    require_known("rule", [rule], config.rules)
    queries = ArticleQueries(database)
    ids = [find_article_number(queries, name) for name in dict.fromkeys(names)]
    writer = MarkWriter(database, config.sources)
    results = writer.mark_articles(ids, rule, config.rules[rule].version, judgement)
    if judgement.verdict is not MarkVerdict.MISSED:
        return results, []
    articles = [result.article for result in results]
    return results, [article.title for article in articles if _is_news_now(article, rule, config)]


def _is_news_now(article: Article, rule: str, config: Config) -> bool:
    matches = compile_for_article(config.rules, config, article, rule).match(article)
    return any(match.rule == rule and match.kind is MatchKind.NEWS for match in matches)


def import_marks(database: Database, articles: Sequence[MarkedArticle]) -> ImportCounts:
    """Store marks of another database, with who made them and when. Those that are here already add nothing."""
    writer = MarkWriter(database, {})
    batches = [articles[begin : begin + _BATCH] for begin in range(0, len(articles), _BATCH)]
    return ImportCounts(sum(len(each.marks) for each in articles), sum(map(writer.import_marks, batches)))


def _choose_lines(alert: AlertSummary, numbers: Collection[int]) -> list[AlertLine]:
    """The lines of an alert that are to be marked."""
    if alert.subject is not None:
        raise InvalidRequest(f"{alert.id} is a notice about {alert.subject}, not news: there is nothing to mark")
    lines = [line for line in alert.lines if line.match is not None]
    if not lines:
        raise InvalidRequest(f"alert {alert.id} has lost its article, which was erased: there is nothing to mark")
    if len(lines) > 1 and not numbers:
        raise InvalidRequest(
            f"{alert.id} is a digest: say with --line which of its lines you mean:\n{_list_lines(lines)}"
        )
    missing = sorted(set(numbers) - {line.number for line in lines})
    if missing:
        raise InvalidRequest(f"digest {alert.id} has no line {missing[0]}; it has:\n{_list_lines(lines)}")
    return [line for line in lines if not numbers or line.number in numbers]


def _list_lines(lines: Sequence[AlertLine]) -> str:
    return "\n".join(f"  {line.number}. {line.title} ({line.rule})" for line in lines)
