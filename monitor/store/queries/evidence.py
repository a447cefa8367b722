"""What is stored of a match and its article, for evidence. It only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from monitor.store.engine.database import Database
from monitor.store.engine.tables import article_version, match
from monitor.store.queries.matches import MatchDetails, MatchQueries


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of an article; `at`: when it was stored, by our clock."""

    version: int
    at: datetime
    title: str
    text: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """A match with all that belongs to it, and every version of its article that is stored, the oldest first."""

    details: MatchDetails
    versions: tuple[StoredVersion, ...]

    @property
    def matched(self) -> StoredVersion:
        """The version that matched."""
        number = self.details.match.article.version
        return next(version for version in self.versions if version.version == number)


def load_evidence(database: Database, id_: int) -> StoredEvidence | None:
    """The evidence of a match; None if there is none with this id."""
    details = MatchQueries(database).find_details(id_)
    if details is None:
        return None
    of_match = select(match.c.article_id).where(match.c.id == id_).scalar_subquery()
    query = select(article_version).where(article_version.c.article_id == of_match).order_by(article_version.c.version)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    found = (
        StoredVersion(row.version, row.at, row.title, row.text, tuple(row.authors or ()), tuple(row.tags or ()))
        for row in rows
    )
    return StoredEvidence(details, tuple(found))
