"""The reference's tables hold all that can be written, and nothing that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_type_hints

import pytest
from pydantic import TypeAdapter

from monitor.config.generated.reference import _MAPPINGS, ReferenceRow, ReferenceTable, build_reference_tables
from monitor.config.language.base_schema import Schema, schema_at
from monitor.config.language.entities import EntitySchema
from monitor.config.language.extends import ExtendsSchema
from monitor.config.language.lists import ListSchema
from monitor.config.language.rules import RuleSchema
from monitor.config.yaml.yaml12 import parse_yaml_text

TABLES = {table.name: table for table in build_reference_tables()}


def inside(shape: type[Schema], known: tuple[type[Schema], ...] = ()) -> Iterator[type[Schema]]:
    """A mapping, and those that it may hold; of those that hold themselves, each once."""
    yield shape
    for key, hint in get_type_hints(shape, include_extras=True).items():
        field = shape.model_fields.get(key)
        # what a key holds itself, in a list, and in either of two ways
        for where in ((), (0,)) if field else ():
            found = schema_at(hint, where)
            if found and found not in (*known, shape):
                yield from inside(found, (*known, shape))


def row(table: str, key: str) -> ReferenceRow:
    [found] = (row for row in TABLES[table].rows if row.key == key)
    return found


@pytest.mark.parametrize("whole", [RuleSchema, EntitySchema, ListSchema, ExtendsSchema])
def test_every_mapping_of_the_language_has_a_table(whole: type[Schema]) -> None:
    """Also those deep inside others."""
    assert set(inside(whole)) <= set(_MAPPINGS.values())


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_key_is_told(table: ReferenceTable) -> None:
    """What may stand there, what it means, and how it looks; a key that reading knows has its row."""
    assert [row.key for row in table.rows] == [*_MAPPINGS[table.name].keys()]
    assert table.meaning
    assert all(row.value and row.meaning for row in table.rows)


@pytest.mark.parametrize(
    ("name", "row"), [(name, row) for name, table in TABLES.items() for row in table.rows], ids=str
)
def test_every_example_is_right(name: str, row: ReferenceRow) -> None:
    """Whoever copies one gets what is read without a fault."""
    shape = _MAPPINGS[name]
    [document] = parse_yaml_text(row.example, "f.yaml")
    assert isinstance(document.data, dict)
    [(key, value)] = document.data.items()
    field = next(field for field, info in shape.model_fields.items() if key == (info.alias or field))
    TypeAdapter(get_type_hints(shape, include_extras=True)[field]).validate_python(value, strict=True)


@pytest.mark.parametrize(
    ("table", "key", "needed", "beside", "value"),
    [
        ("rule", "match", "required", (), "condition"),
        ("rule", "status", "live", (), "`live`, `shadow` or `off`"),
        ("rule", "known_false_alarms", "", (), "list of texts"),
        ("rule", "unless", "", (), "condition, or list of conditions"),
        ("condition", "words", "one of these", (), "list of words, or lists by language"),
        ("condition", "times", "", ("words", "list", "entity", "pattern", "any"), "whole number from 2 to 50"),
        ("condition", "case", "ignore", ("words", "pattern", "any", "all", "near"), "`exact` or `ignore`"),
        ("condition", "entity", "one of these", (), "mapping: group of entities, or id"),
        ("condition", "names", "one of these", (), "`a day`"),
        ("ignore", "list", "at least one of these", (), "list of ids, or id"),
        ("near", "within", "required", (), "`N words`, `sentence` or `paragraph`"),
        ("tests", "fires", "", (), "list of tests or texts"),
        ("entity", "forms", "all", (), "`all` or `as written`"),
    ],
)
def test_a_row_says_what_is_needed_and_what_may_stand_there(
    table: str, key: str, needed: str, beside: tuple[str, ...], value: str
) -> None:
    """In words, with the default where there is one."""
    told = row(table, key)
    assert (told.requirement, told.allowed_with, told.value) == (needed, beside, value)
    assert "default" not in told.meaning
