"""The stories and events that an article was near to, as people and programs read them: for `why`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.cases import build_event_report, identity_features
from monitor.matching import RuleSet
from monitor.model import Article, Match, Story
from monitor.sanitize import sanitize_line
from monitor.store.engine.database import Database
from monitor.store.queries.nearest import NearestClusters
from monitor.stories.sameness import ClusterComparison


def nearest_stories(database: Database, article: Article, rules: RuleSet) -> tuple[ClusterComparison, ...]:
    """The older stories that say the most of what an article says, and what it is to them by what we know now; of the
    rules only the entities count that they know."""
    return NearestClusters(database).stories(identity_features(article, rules))


def nearest_events(
    database: Database, article: Article, match: Match, story: Story, rules: RuleSet
) -> tuple[ClusterComparison, ...]:
    """The same for the older events of a rule; none if the rule does not send events."""
    report = build_event_report(match, identity_features(article, rules), story, rules)
    return () if report.is_story_only else NearestClusters(database).events(report)


def nearest_lines(judged: Sequence[ClusterComparison], stored: str | None, head: str) -> Iterator[str]:
    """A line each, but for what was `stored` in the same words when the article came."""
    for each in judged:
        if each.compared_article.words != stored:
            yield f"{head}{each.cluster.id}: {sanitize_line(each.compared_article.words)}"


def nearest_row(judged: ClusterComparison) -> dict[str, object]:
    """As JSON. `facts`: nothing where something else has decided."""
    ruling, other = judged.decision, judged.compared_article
    compared = ruling.comparison
    return {
        "id": judged.cluster.id,
        "title": judged.cluster.title,
        "sameness": ruling.sameness,
        "source": other.source,
        "uid": other.uid,
        "words": other.words,
        "likeness": compared.likeness if compared and compared.same_language else None,
        "needed": ruling.required_likeness,
        "facts": [
            {"kind": each.kind, "verdict": each.verdict, "ours": each.ours, "theirs": each.theirs}
            for each in (compared.facts if compared else ())
        ],
    }
