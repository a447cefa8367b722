"""Digests of the content of rules, entities and lists. The version of a rule is such a digest.

It changes when what can hit or what is sent changes, and with nothing else. Titles, tests, comments, places and the
names of conditions do not count, except the names that the rule's `by` lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from hashlib import blake2b

from monitor.model import Entity, Named, Rule, Term, WordList, named_within


def with_version(rule: Rule, digests: Mapping[str, str]) -> Rule:
    """The rule with its version. `digests`: of everything that the rule refers to."""
    content = [rule.condition, rule.unless, rule.level, rule.status, rule.max_age, rule.alert]
    extras = _collect_non_defaults(
        rule, "where", "raises", "lowers", "news_in", "title_has_some", "mention_if", "mention", "full_text"
    )
    by = [
        [condition.name, _canonicalize_value(condition)]
        for condition in named_within(rule.condition)
        if condition.name in rule.alert.by
    ]
    return replace(rule, version=_hash_plain_data([rule.id, _canonicalize_value(content), digests, *extras, *by]))


def entity_digest(entity: Entity) -> str:
    """The digest of what an entity is found by, without what it refers to."""
    names = [_canonicalize_term(name, forms=not name.forms) for name in entity.sure]  # all forms are their default
    return _hash_plain_data([entity.id, names, *_collect_non_defaults(entity, "maybe", "never", "titles")])


def list_digest(words: WordList) -> str:
    """The digest of the content of a list, without what it refers to."""
    return _hash_plain_data(
        [
            words.id,
            _canonicalize_value(words.terms),
            *_collect_non_defaults(words, "before", "after", "lists", "entities", "more_before", "more_after"),
        ]
    )


def digest_with(own: str, digests: Mapping[str, str]) -> str:
    """The digest of a definition together with the digests of what it refers to."""
    return _hash_plain_data([own, digests]) if digests else own


def _collect_non_defaults(value: Rule | Entity | WordList, *names: str) -> list[object]:
    """The fields that differ from their default, as a list of one mapping; [] if there is none. So a new field of the
    language does not give every existing rule a new version."""
    defaults = dict(_get_field_defaults(value))
    values = {name: getattr(value, name) for name in names}
    changed = {
        name: _canonicalize_value(field_value) for name, field_value in values.items() if field_value != defaults[name]
    }
    return [changed] if changed else []


def _hash_plain_data(plain: object) -> str:
    return blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=8).hexdigest()


def _canonicalize_value(value: object) -> object:
    """Plain data that differs exactly when the value does. Fields at their default are left out here too."""
    if isinstance(value, Term):  # by far the most frequent
        return _canonicalize_term(value, forms=value.forms)
    if isinstance(value, Named):  # the name is for reports; `by` is handled separately
        return _canonicalize_value(value.condition)
    if isinstance(value, frozenset):  # has no order of its own
        value = sorted(value, key=str)
    if isinstance(value, (tuple, list)):
        return [_canonicalize_value(item) for item in value]
    if is_dataclass(value):
        entries = ((name, getattr(value, name), default) for name, default in _get_field_defaults(value))
        changed = {
            name: _canonicalize_value(item) for name, item, default in entries if default is MISSING or item != default
        }
        return [type(value).__name__, changed]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value


def _canonicalize_term(term: Term, *, forms: bool) -> list[object]:
    plain: list[object] = [term.language, term.text]
    plain += [term.exact, forms] if term.exact or forms or term.edged else []
    return [*plain, True] if term.edged else plain


def _get_field_defaults(value: object) -> tuple[tuple[str, object], ...]:
    """The fields of the value's type, each with its default."""
    kind = type(value)
    if kind not in _DEFAULTS_BY_TYPE:
        assert is_dataclass(kind)
        _DEFAULTS_BY_TYPE[kind] = tuple((field.name, field.default) for field in fields(kind))
    return _DEFAULTS_BY_TYPE[kind]


_DEFAULTS_BY_TYPE: dict[type, tuple[tuple[str, object], ...]] = {}
