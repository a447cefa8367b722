"""A folder whose rules have missed stories, and sent some."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from monitor.active_config import compile_config
from monitor.config.loading.load import load_config_files
from monitor.matching import RuleSet
from monitor.model import Config
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, NOON, article, claimed, commit
from tests.support.newest import make_newest
from tests.support.whole import write_config

ENTITY = "entity: taiwan\nkind: place\nname: Taiwan\nsure: {any: [Taiwan], fr: [Taïwan]}\n"
ENTITY += "maybe: {words: {en: [Formosa]}, counts_if: {near: {within: sentence, list: seas}}}\n"
ENTITY += "---\nlist: seas\nwords: {en: [strait]}\n"
RULE = """\
rule: drills
title: Drills around Taiwan
level: high
owner: asia
match:
  near:
    within: 4 words
    these:
      - entity: taiwan
      - words: {en: [drill, drills]}
unless: {words: {en: [earthquake]}}
alert: {to: [default], once_per: story}
---
rule: floods
title: Floods
level: low
match: {words: {en: [flood, floods]}}
"""
NONE: Mapping[str, str] = MappingProxyType({})
PAPERS = ("wire", "post", "herald", "gazette")
Report = tuple[str, datetime, str]  # the paper, when it came, and its headline, or headline and text
FAR = "Drills with forty warships and live ammunition begin in the sea near Taiwan"
CLOSE = "Taiwan drills with forty warships and live ammunition begin in the sea"


class Desk:
    """A desk with its database; `config`: what its files say. `changes`: what is replaced in its rules."""

    def __init__(self, folder: Path, database: Database | None = None, changes: Mapping[str, str] = NONE) -> None:
        rules = RULE
        for old, new in changes.items():
            assert old in rules
            rules = rules.replace(old, new)
        (folder / "own.yaml").write_text(rules, encoding="utf-8")
        (folder / "entities.yaml").write_text(ENTITY, encoding="utf-8")
        addresses = {paper: f"https://{paper}.test/feed" for paper in PAPERS}
        write_config(folder, addresses, rules="own.yaml", entities="entities.yaml")
        self.config: Config = load_config_files(folder / "monitor.yaml", os.environ).config
        self.database: Database = database or make_newest(folder / "monitor.db")
        self._rules: RuleSet = compile_config(self.config)
        self._claims, self._section = Claims(self.database, "here:1"), SerialSection(self.database)
        self._claims.register_sources(self.config.sources, NOON)
        self._count = 0

    def add(self, reports: Iterable[Report], published: datetime | None = None, language: str = "en") -> None:
        """The articles come, and the daemon decides on them."""
        for paper, at, headline in reports:
            self._count += 1
            title, _, text = headline.partition("\n")
            uid, url = f"a{self._count}", f"https://{paper}.test/{self._count}"
            came = article(uid, title, text, of=paper, seen=at, url=url, published=published)
            came = replace(came, language=language)
            commit(self._section, claimed(self._claims, paper, at), came, at=at, ruleset=self._rules)


def reported(title: str, at: datetime = NOON, papers: Iterable[str] = PAPERS[:3]) -> list[Report]:
    """A story that these papers print, ten minutes one after the other."""
    return [(paper, at + number * timedelta(minutes=10), title) for number, paper in enumerate(papers)]


def late_story(at: datetime = NOON) -> list[Report]:
    """A story that the rule matches three hours after its first article."""
    return [*reported(FAR, at), ("gazette", at + 3 * HOUR, CLOSE)]
