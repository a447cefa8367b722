"""Compares the names of persons, organisations and things in two articles. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from monitor.stories.article_facts import ENTITY, NameFact
from monitor.stories.features import ArticleFeatures
from monitor.stories.names import blocking_keys_of, names_agree
from monitor.stories.sounds import sound_of
from monitor.stories.verdicts import (
    TELLING,
    FactComparison,
    FactKind,
    Verdict,
    build_unknown_comparison,
    in_one_language,
)


def compare_names(ours: ArticleFeatures, theirs: ArticleFeatures, *, nothing_agrees: bool) -> FactComparison:
    """Compare names. They agree if both articles have a common name. They differ if each title names a person, known as
    an entity, whom the other article does not name. They are doubtful if each title has a name that the other article
    lacks, and either no other fact agrees or the languages differ."""
    one, other = ours.facts.names, theirs.facts.names
    is_alike = are_spelled_alike if in_one_language(ours, theirs) else _sound_alike
    close_pairs = _find_pairs_with_common_keys(one, other)
    shared = [(a, b) for a, b in close_pairs if (a.key == b.key and (a.is_certain or b.is_certain)) or is_alike(a, b)]
    if (a := _find_unshared_person(one, shared, 0)) and (b := _find_unshared_person(other, shared, 1)):
        return FactComparison(FactKind.NAME, Verdict.DIFFERS, a, b)
    nothing_shared = nothing_agrees and not shared
    if (
        (nothing_shared or not in_one_language(ours, theirs))
        and (a := _find_unshared_name(one, shared, 0))
        and (b := _find_unshared_name(other, shared, 1))
    ):
        return FactComparison(FactKind.NAME, Verdict.DOUBTFUL, a, b)
    if shared:
        words = ", ".join(dict.fromkeys(a.text for a, _ in shared)), ", ".join(dict.fromkeys(b.text for _, b in shared))
        return FactComparison(
            FactKind.NAME, Verdict.AGREES, *words, points=TELLING * min(len({a.key for a, _ in shared}), 2)
        )
    return build_unknown_comparison(
        FactKind.NAME, *([name for name in side if name.is_certain] for side in (one, other))
    )


def _find_unshared_name(names: Sequence[NameFact], shared: Sequence[tuple[NameFact, NameFact]], side: int) -> str:
    """A name in a title that the other article lacks; "" if there is none."""
    shared_names = {pair[side] for pair in shared}
    return next((name.text for name in names if name.in_title and name.is_certain and name not in shared_names), "")


def _find_unshared_person(names: Sequence[NameFact], shared: Sequence[tuple[NameFact, NameFact]], side: int) -> str:
    """A person in a title, known as an entity, whom the other article does not name; "" if there is none."""
    shared_names = {pair[side] for pair in shared}
    return next((name.text for name in names if name.is_person and name.in_title and name not in shared_names), "")


def are_spelled_alike(a: NameFact, b: NameFact) -> bool:
    return (
        not (a.key.startswith(ENTITY) and b.key.startswith(ENTITY)) and bool(a.parts and b.parts) and names_agree(a, b)
    )


def _sound_alike(a: NameFact, b: NameFact) -> bool:
    if (a.key.startswith(ENTITY) and b.key.startswith(ENTITY)) or not (a.is_certain or b.is_certain):
        return False
    return are_spelled_alike(a, b) or not _collect_sounds(a).isdisjoint(_collect_sounds(b))


def _collect_sounds(fact: NameFact) -> set[str]:
    return {sound for name in (fact.text, *fact.text.split()) if (sound := sound_of(name)) is not None}


def _find_pairs_with_common_keys(
    ours: Sequence[NameFact], theirs: Sequence[NameFact]
) -> list[tuple[NameFact, NameFact]]:
    """The pairs that may agree, in the order of both articles. This skips most pairs of long lists."""
    numbers_by_key: dict[str, list[int]] = {}
    for number, name in enumerate(theirs):
        for key in _collect_blocking_keys(name):
            numbers_by_key.setdefault(key, []).append(number)
    candidates = (
        (a, {number for key in _collect_blocking_keys(a) for number in numbers_by_key.get(key, ())}) for a in ours
    )
    return [(a, theirs[number]) for a, numbers in candidates for number in sorted(numbers)]


@lru_cache(maxsize=20_000)
def _collect_blocking_keys(fact: NameFact) -> frozenset[str]:
    """The keys of a name. Two names that agree have a common key, by spelling or by sound."""
    return frozenset((*blocking_keys_of(fact), *_collect_sounds(fact)))
