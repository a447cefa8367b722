"""The stories and events that an article was near to, as people and programs read them: for `why`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.sanitize import sanitize_line
from monitor.services.queries.why import ClusterComparison


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
        "facts": [
            {"kind": each.kind, "verdict": each.verdict, "ours": each.ours, "theirs": each.theirs}
            for each in (compared.facts if compared else ())
        ],
    }
