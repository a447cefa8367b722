"""The entities that come with the program are read only if the config lacks some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from monitor.config.loading import load
from monitor.config.loading.load import list_shipped_entity_ids, load_rules, shipped_entities
from monitor.config.loading.shipped import find_shipped_entity_folder
from monitor.model import Entity


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Entity]:
    return load_rules([find_shipped_entity_folder()]).entities


def test_the_ids_are_those_of_the_files(shipped: Mapping[str, Entity]) -> None:
    """In their order: of two entities with the same name, the last one counts."""
    assert list_shipped_entity_ids() == tuple(shipped)


def test_a_config_that_has_them_all_counts_instead(
    shipped: Mapping[str, Entity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `init`: its own entities, edited or not, in the order of the shipped ones. No file is read."""
    own = {id_: replace(entity, name=f"our {entity.name}") for id_, entity in reversed(list(shipped.items()))}
    monkeypatch.setattr(load, "load_rules", None)
    assert list(shipped_entities({**own, "another": own["china"]}).items()) == [(id_, own[id_]) for id_ in shipped]


def test_a_config_that_lacks_one_gets_them_all(shipped: Mapping[str, Entity]) -> None:
    """The compiled rules put those of the config in their place."""
    own = {id_: entity for id_, entity in shipped.items() if id_ != "china"}
    assert list(shipped_entities(own)) == list(shipped)
    assert shipped_entities(own)["china"].name == shipped["china"].name
    assert list(shipped_entities()) == list(shipped)
