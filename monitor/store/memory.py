"""The state that deciding needs, read from the database: whole at the start, then what other processes have added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, exists, func, select, update

from monitor.decide import State
from monitor.model import Article, Story
from monitor.store.learnt import read_state
from monitor.store.tables import alert, article, article_version, match, section, story, story_article
from monitor.stories import LEAD, SAME_ADDRESS, TEXT, WORDS_KEPT

_END = select(func.max(article_version.c.id))
_SEQUENCE = select(section.c.sequence)
_ON = update(section).values(sequence=bindparam("reached"))


def end_of(connection: Connection) -> int:
    """Where the articles end now: ids grow in the order of the commits, because the serial section hands them out."""
    return connection.execute(_END).scalar_one() or 0


def sequence_of(connection: Connection) -> int:
    """The number of the last commit; asked in the section."""
    number: int = connection.execute(_SEQUENCE).scalar_one()
    return number


def reach(connection: Connection, sequence: int) -> None:
    """Number this commit so: every state of an older one reads first what is new."""
    connection.execute(_ON, {"reached": sequence})


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a state has read: the last version of an article, and the number of the last commit. At the beginning,
    and when all that was told is read afresh, `commit` is less than any."""

    version: int = 0
    commit: int = -1


def catch_up(connection: Connection, state: State, since: Mark, now: datetime) -> None:
    """Tell `state` what was committed after the mark: the stories of the last days by what they are recognised by, what
    was heard and told of each subject, and what waits."""
    # A version that no rule hit was joined to no story, even if another version of its article was.
    hit = exists().where(match.c.article_id == article.c.id, match.c.article_version == article_version.c.version)
    # Of older articles no more than the lead counts: which words are rare.
    text = func.substr(article_version.c.text, 1, case((article.c.seen_at > now - WORDS_KEPT, TEXT), else_=LEAD))
    columns = (
        article.c.source_id, article.c.uid, article.c.seen_at, article.c.published_at, article.c.dated,
        article.c.language, article_version.c.canonical, article_version.c.title, text.label("text"),
        story.c.id.label("story"), story.c.title.label("story_title"), story.c.opened_at, story.c.possibly_of,
        story.c.doubt,
    )  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join_from(article, article_version, article_version.c.article_id == article.c.id)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .where(article_version.c.id > since.version, story.c.opened_at > now - SAME_ADDRESS, hit)
        .order_by(article_version.c.id)  # as they were committed
    )
    stories: dict[str, Story] = {}  # one object for all of its tellings
    for row in rows:
        its = Story(row.story, row.story_title, row.opened_at, row.possibly_of, row.doubt or "")
        one = stories.setdefault(row.story, its)
        told = Article(
            row.source_id, row.uid, row.title, row.text, row.seen_at, row.published_at,
            dated=row.dated, canonical=row.canonical, language=row.language,
        )  # fmt: skip
        state.stories.tell(told, one)
    if since.commit < 0:
        _tell_keys(connection, state)
    read_state(connection, state, since.commit, now)


def _tell_keys(connection: Connection, state: State) -> None:
    """Of all that was ever told, or would have been by rules in shadow, the keys: what an account is kept of stands
    there too."""
    keys = select(alert.c.dedup_key).where(alert.c.subject.is_(None))  # what the operator was told is no story
    would = select(match.c.shadow_key).where(match.c.shadow_key.is_not(None))
    for key in (*connection.execute(keys).scalars(), *connection.execute(would).scalars()):
        state.told.add(key)
