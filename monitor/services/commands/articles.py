"""Erases articles: their words are deleted, and they are never ingested again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Config
from monitor.services.commands.slices import pause_between
from monitor.store.engine.database import Database
from monitor.store.lifecycle.erasure import ArticleEraser, ErasurePlan


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """How many articles were erased. `is_still_polled`: they are of a source whose new entries go on coming in."""

    articles: int
    is_still_polled: bool


def plan_erasure(database: Database, config: Config, target: str) -> ErasurePlan:
    """A preview: what is erased with this target, the id of a source or the address of an article."""
    return ArticleEraser(database, config).plan(target)


def erase_articles(database: Database, config: Config, plan: ErasurePlan, now: datetime) -> ErasureResult:
    """Erase what was planned, and what has come of it since."""
    erased = sum(pause_between(ArticleEraser(database, config).erase(plan, now)))
    return ErasureResult(erased, plan.is_source and plan.target in config.sources)
