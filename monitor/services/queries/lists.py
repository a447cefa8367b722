"""The lists of words that rules share, and which rules use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from monitor.config.yaml.yaml12 import YamlDocument
from monitor.model import Place, Rule, WordList
from monitor.services.lookup import require_known
from monitor.services.references import KnownDefinitions, References


class KnownRules(KnownDefinitions, Protocol):
    """The rules, entities and lists of some files, by id."""

    @property
    def rules(self) -> Mapping[str, Rule]: ...


@dataclass(frozen=True, slots=True)
class ListUsage:
    """A list, and the ids of the rules that name it, also through other lists and entities."""

    word_list: WordList
    rules: tuple[str, ...]


def list_lists(files: KnownRules, documents: Mapping[Place, YamlDocument]) -> list[ListUsage]:
    """All lists, by id. `documents`: of the files, by place."""
    references = References(files, documents)
    named = {rule.id: frozenset(references.find_all(rule.place)) for rule in files.rules.values()}
    return [
        ListUsage(word_list, tuple(rule for rule, places in named.items() if word_list.place in places))
        for _, word_list in sorted(files.lists.items())
    ]


def show_list(files: KnownRules, documents: Mapping[Place, YamlDocument], id_: str) -> ListUsage:
    """A list of the files. Raises InvalidRequest if there is no such list."""
    require_known("list", [id_], files.lists)
    return next(usage for usage in list_lists(files, documents) if usage.word_list.id == id_)
