"""Which articles a rule looks at: by language, source, its tags and its publisher.

Something may be unknown about an article: its source is not configured, or neither its script nor its feed makes its
language clear. The rule says how that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Source, Where


@dataclass(frozen=True)
class WhereTest:
    """The `where` of a rule, with the sources in which it looks up tags and publishers."""

    where: Where
    sources: Mapping[str, Source]

    def holds(self, document: TokenizedArticle) -> bool:
        """Whether the rule looks at this article."""
        where = self.where
        answers = [where.unknown if answer is None else answer for answer in self._iterate_answers(where, document)]
        if not all(answers):
            return False
        return where.excluded is None or True not in self._iterate_answers(where.excluded, document)

    def _iterate_answers(self, where: Where, document: TokenizedArticle) -> Iterable[bool | None]:
        """For each key that the rule gives, whether the article has one of its values (None: unknown)."""
        source = self.sources.get(document.article.source)
        if where.languages:
            yield None if document.language is None else document.language in where.languages
        if where.sources:
            yield document.article.source in where.sources if document.article.source else None
        if where.tags:
            yield None if source is None else not set(where.tags).isdisjoint(source.tags)
        if where.publishers:
            yield None if source is None or source.publisher is None else source.publisher in where.publishers
