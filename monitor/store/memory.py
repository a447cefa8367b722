"""The state that deciding needs, rebuilt from the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from monitor.alerting.told import Told
from monitor.decide import State
from monitor.model import Article, Story
from monitor.store.tables import alert, article, article_version, story, story_article
from monitor.stories import SAME_ADDRESS, Stories, Telling, keys_of


def rebuild(connection: Connection, now: datetime) -> State:
    """The stories of the last days by what they are recognised by, and every alert's dedup key."""
    stories = Stories()
    columns = (
        article.c.source_id, article.c.uid, article.c.seen_at, article_version.c.canonical, article_version.c.title,
        story.c.id.label("story"), story.c.title.label("story_title"), story.c.opened_at,
    )  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join_from(article, article_version, article_version.c.article_id == article.c.id)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .where(story.c.opened_at > now - SAME_ADDRESS)
        .order_by(article_version.c.id)  # as they were committed
    )
    for row in rows:
        told = Article(row.source_id, row.uid, row.title, "", row.seen_at, row.seen_at, canonical=row.canonical)
        for key in keys_of(told):
            stories.tell(key.key, Telling(Story(row.story, row.story_title, row.opened_at), row.source_id))
    return State(stories, Told(connection.execute(select(alert.c.dedup_key)).scalars()))
