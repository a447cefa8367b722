"""A stored article as people name it, with its story and every decision that was stored for it. It only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from monitor.intake.address import canonical
from monitor.model import Article, Story
from monitor.store.database import Database
from monitor.store.matches import Matches, MatchReport, Wanted
from monitor.store.tables import alert, article, article_version, match, story, story_article

_MOST = 2**31  # the numbers of matches are below


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article in its latest version; `story` and `joined`: the one that it belongs to, and why; `decisions`: on the
    matches of each of its versions, in the order in which they were stored."""

    article: Article
    story: Story
    joined: str
    decisions: tuple[MatchReport, ...]


class Articles:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str, most: int = 10) -> list[StoredArticle]:
        """The articles of this name, the newest first, at most so many: the number of a match, as `matches list` has
        it; the id of an alert, as its message has it; `SOURCE UID`, as JSON has them; or an address, or a uid alone,
        which several may have."""
        with self._database.reading() as connection:
            for named in _ways(name):
                found = connection.execute(_asked().where(named).order_by(article.c.id.desc()).limit(most)).all()
                if found:
                    break
        return [self._with_decisions(row) for row in found]

    def _with_decisions(self, row: Row[*tuple[Any, ...]]) -> StoredArticle:
        wanted = Wanted(sources=(row.source_id,), uid=row.uid)
        told = Story(row.story_id, row.story_title, row.opened_at)
        return StoredArticle(_read(row), told, row.how, tuple(Matches(self._database).every(wanted)))


def of_address(address: str) -> ColumnElement[bool]:
    """Which articles have, or had, this address, however it is written; or this uid, which often is one."""
    same = canonical(address) or address  # what is no page's address is none of these
    once = select(article_version.c.article_id).where(article_version.c.canonical == same)
    return or_(article.c.url == address, article.c.uid == address, article.c.canonical == same, article.c.id.in_(once))


def _ways(name: str) -> list[ColumnElement[bool]]:
    """What a name may mean, the surest first."""
    ways: list[ColumnElement[bool]] = []
    if name.isascii() and name.isdigit() and int(name) < _MOST:
        ways.append(article.c.id.in_(select(match.c.article_id).where(match.c.id == int(name))))
    ways.append(article.c.id.in_(select(alert.c.article_id).where(alert.c.id == name)))
    source, _, uid = name.partition(" ")
    ways.append(and_(article.c.source_id == source, article.c.uid == uid))
    return [*ways, of_address(name)]


def _asked() -> Any:  # noqa: ANN401 - its columns are named where they are read
    latest = (article_version.c.article_id == article.c.id) & (article_version.c.version == article.c.version)
    texts = (article_version.c.text, article_version.c.authors, article_version.c.tags)
    return (
        select(article, *texts, story.c.id.label("story_id"), story.c.title.label("story_title"), story.c.opened_at)
        .add_columns(story_article.c.how)
        .join_from(article, article_version, latest)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> Article:
    return Article(
        source=row.source_id,
        uid=row.uid,
        title=row.title,
        text=row.text,
        seen=row.seen_at,
        published=row.published_at,
        dated=row.dated,
        version=row.version,
        url=row.url,
        canonical=row.canonical,
        language=row.language,
        digest=row.digest,
        authors=tuple(row.authors or ()),
        tags=tuple(row.tags or ()),
        baseline=row.baseline,
    )
