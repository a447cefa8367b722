"""Converts the queries of other programs to the keys of a rule, and makes articles up that show what it does.

It writes no file, and does not know whether the articles really meet the rule: who uses it tries them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.config.editing.boolean_query import (
    HOST,
    QueryAll,
    QueryAny,
    QueryNear,
    QueryNode,
    QueryNot,
    QueryProblem,
    QueryTerm,
    join_parts,
)
from monitor.config.yaml.yaml12 import PlainData
from monitor.text.folding import folded_tokens

_TEST_FIELDS = {None: "title", "title": "title", "body": "text", "url": "url", HOST: HOST, "author": "authors"}
_TEXT_FIELDS = {None, "title", "body"}
_LONGEST_ID = 48
_MAX_ID_TEXT = 1_000  # characters of a text that are looked at for an id

_Words = tuple[object, ...]
# Excluded terms, by the number of their words and these words: a query may have thousands.
_Exclusions = Mapping[int, Mapping[_Words, Sequence[QueryTerm]]]


@dataclass(frozen=True, slots=True)
class QueryRule:
    """What a query is as a rule. `keys`: `match`, and `unless` if it excludes something; `fires`, `silent`: articles
    that should meet it or not, as tests of rules have them."""

    keys: Mapping[str, PlainData]
    fires: tuple[PlainData, ...]
    silent: tuple[PlainData, ...]


def rule_from_query(query: QueryNode) -> QueryRule | None:
    """The rule for a query; None if an article without any of its words would meet it. Raises QueryProblem if no
    article can meet it."""
    parts = _flatten(QueryAll, [_simplify(query)])
    _find_hosts(join_parts(QueryAll, parts))
    wanted = [part for part in parts if not isinstance(part, QueryNot)]
    excluded = _flatten(QueryAny, [part.part for part in parts if isinstance(part, QueryNot)])
    if all(map(_holds_without_words, wanted)):
        return None
    _require_satisfiable(wanted, [part for part in excluded if isinstance(part, QueryTerm)])
    keys: dict[str, PlainData] = {"match": _to_condition(join_parts(QueryAll, wanted))}
    if excluded:
        keys["unless"] = _to_condition(join_parts(QueryAny, excluded))
    return QueryRule(keys, (_make_test(wanted),), tuple(_iter_silent(wanted, excluded)))


def rule_from_words(words: Sequence[str]) -> QueryRule:
    """The rule for a list of words and phrases, one of which is enough."""
    keys: dict[str, PlainData] = {"match": {"words": list(dict.fromkeys(words))}}
    return QueryRule(keys, tuple(_make_test([QueryTerm(word, 0)]) for word in words[:3]), ())


def make_rule_id(text: str, used_ids: Collection[str], otherwise: str) -> str:
    """An id from the words of a text, that is not used yet. `otherwise`: if it has no Latin letters."""
    plain = unicodedata.normalize("NFKD", text[:_MAX_ID_TEXT]).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in ("and", "or", "not")]
    base = "-".join(words)[:_LONGEST_ID].strip("-") or otherwise
    found, number = base, 1
    while found in used_ids:
        number += 1
        found = f"{base}-{number}"
    return found


# --- what a query means ------------------------------------------------------------------------------------------


def _simplify(node: QueryNode, *, negated: bool = False) -> QueryNode:
    """The same, or its negation, with every NOT in front of something that has no NOT inside: it then has words as
    evidence."""
    match node:
        case QueryNot(part):
            return _simplify(part, negated=not negated)
        case QueryAll(parts) | QueryAny(parts) if not negated or _has_not(node):
            kind = QueryAny if isinstance(node, QueryAny) is not negated else QueryAll
            return join_parts(kind, _flatten(kind, (_simplify(part, negated=negated) for part in parts)))
        case _:
            return QueryNot(_simplify(node)) if negated else node


def _has_not(node: QueryNode) -> bool:
    return isinstance(node, QueryNot) or (isinstance(node, QueryAll | QueryAny) and any(map(_has_not, node.parts)))


def _flatten(kind: type[QueryAll | QueryAny], parts: Iterable[QueryNode]) -> list[QueryNode]:
    """The parts, with those of the same kind replaced by their own parts."""
    return [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]


def _holds_without_words(node: QueryNode) -> bool:
    """Whether an article with none of the words of the query meets it."""
    match node:
        case QueryNot(part):
            return not _holds_without_words(part)
        case QueryAll(parts):
            return all(map(_holds_without_words, parts))
        case QueryAny(parts):
            return any(map(_holds_without_words, parts))
        case QueryTerm() | QueryNear():
            return False


def _require_satisfiable(wanted: Sequence[QueryNode], excluded: Sequence[QueryTerm]) -> None:
    """Raises QueryProblem if something wanted is always excluded."""
    exclusions: defaultdict[int, dict[_Words, list[QueryTerm]]] = defaultdict(dict)
    for term in excluded:
        words = _compared_words(term)
        exclusions[len(words)].setdefault(words, []).append(term)
    for part in wanted:
        if (found := _find_excluded(part, exclusions)) is not None:
            problem = f"this excludes '{found.text}', which the query also requires: no article can match"
            raise QueryProblem(found.offset, problem, "remove the word, or the NOT")


def _compared_words(term: QueryTerm) -> _Words:
    """Its words as they are compared; a term with an open end is like itself only."""
    return (term.text,) if "*" in term.text else tuple(tuple(folded_tokens(word)) for word in term.text.split())


def _find_excluded(node: QueryNode, exclusions: _Exclusions) -> QueryTerm | None:
    """An excluded term that occurs in every article that meets this node."""
    match node:
        case QueryTerm():
            return next(_iter_implied(node, exclusions), None)
        case QueryAll(parts) | QueryNear(parts):
            field = node.field if isinstance(node, QueryNear) else None
            placed = (replace(part, field=field) if field and isinstance(part, QueryTerm) else part for part in parts)
            return next(filter(None, (_find_excluded(part, exclusions) for part in placed)), None)
        case QueryAny(parts):
            found = [_find_excluded(part, exclusions) for part in parts]
            return found[0] if all(found) else None
        case QueryNot():
            return None


def _iter_implied(term: QueryTerm, exclusions: _Exclusions) -> Iterator[QueryTerm]:
    """The excluded terms that every text with this term also has: the same words, or a part of its phrase."""
    words = _compared_words(term)
    for length, by_words in exclusions.items():
        for at in range(len(words) - length + 1):
            for other in by_words.get(words[at : at + length], ()):
                if other.field == term.field or (other.field is None and term.field in _TEXT_FIELDS):
                    yield other


# --- hosts ----------------------------------------------------------------------------------------------------------


def _find_hosts(node: QueryNode) -> Sequence[QueryTerm] | None:
    """The hosts that an article may be at if it meets this node; None: any host. Raises QueryProblem if a part asks for
    two hosts at once: no article would meet it, and to exclude it would exclude nothing."""
    match node:
        case QueryTerm(field=field):
            return [node] if field == HOST else None
        case QueryNear():
            return None
        case QueryNot(part):
            _find_hosts(part)
            return None
        case QueryAny(parts):
            alternatives = [_find_hosts(part) for part in parts]
            return None if None in alternatives else [host for hosts in alternatives for host in hosts or ()]
        case QueryAll(parts):
            found: Sequence[QueryTerm] | None = None
            for hosts in filter(None, map(_find_hosts, parts)):
                found = hosts if found is None else _intersect_hosts(found, hosts)
            return found


def _intersect_hosts(some: Sequence[QueryTerm], others: Sequence[QueryTerm]) -> Sequence[QueryTerm]:
    """The hosts that are of both. Raises QueryProblem if there is none."""
    pairs = ((one, other) for one in some for other in others if _has_common_address(one, other))
    if common := [max(pair, key=lambda term: tuple(map(len, _split_host(term)))) for pair in pairs]:
        return common
    problem = f"no article is at both '{some[0].text}' and '{others[0].text}'"
    raise QueryProblem(others[0].offset, problem, "write OR between hosts: site:(example.org OR example.net)")


def _has_common_address(one: QueryTerm, other: QueryTerm) -> bool:
    both = zip(_split_host(one), _split_host(other), strict=True)
    return all(mine == its for some, others in both for mine, its in zip(some, others, strict=False))


def _split_host(term: QueryTerm) -> tuple[list[str], list[str]]:
    """The labels of a host, the top-level domain first, without a port; and the parts of its path."""
    host, _, path = term.text.lower().strip(".").partition("/")
    return host.partition(":")[0].split(".")[::-1], [part for part in re.split("[/?#]", path) if part]


# --- conditions -------------------------------------------------------------------------------------------------------


def _to_condition(node: QueryNode) -> dict[str, PlainData]:
    match node:
        case QueryTerm(text, field=field) if field == HOST:
            return {"in": "url", "pattern": _build_host_pattern(text)}
        case QueryTerm(text, _, field):
            return _with_field({"words": [text]}, field)
        case QueryNear(parts, within, in_order, _, field):
            order: dict[str, PlainData] = {"in_order": True} if in_order else {}
            these: list[PlainData] = [_to_condition(part) for part in parts]
            return _with_field({"near": {"within": within, **order, "these": these}}, field)
        case QueryNot(part):
            return {"not": _to_condition(part)}
        case QueryAll(parts):
            return {"all": [_to_condition(part) for part in parts]}
        case QueryAny(parts):
            conditions = list(_any_conditions(parts))
            return conditions[0] if len(conditions) == 1 else {"any": [*conditions]}


def _any_conditions(parts: Sequence[QueryNode]) -> Iterator[dict[str, PlainData]]:
    """The conditions of alternatives: the words for one field are one list, where the first of them is."""
    words: dict[str | None, dict[str, None]] = defaultdict(dict)  # without duplicates, in their order
    for part in parts:
        if isinstance(part, QueryTerm) and part.field != HOST:
            words[part.field][part.text] = None
    for part in parts:
        if not isinstance(part, QueryTerm) or part.field == HOST:
            yield _to_condition(part)
        elif listed := words.pop(part.field, None):
            yield _with_field({"words": [*listed]}, part.field)


def _build_host_pattern(text: str) -> str:
    """A regular expression for addresses at this host and those below it. `text` may have the beginning of a path."""
    host, _, path = text.partition("/")
    begin = f"/{re.escape(path)}" if path else ""
    return rf"^[a-z]+://([^/?#]*[.@])?{re.escape(host)}(:[0-9]*)?{begin}([/?#]|$)"


def _with_field(condition: dict[str, PlainData], field: str | None) -> dict[str, PlainData]:
    return {"in": field, **condition} if field else condition


# --- articles that show it ---------------------------------------------------------------------------------------


def _iter_silent(wanted: Sequence[QueryNode], excluded: Sequence[QueryNode]) -> Iterator[PlainData]:
    """Articles without one of the wanted words, or with one of the excluded ones."""
    if len(wanted) > 1 and (test := _make_test(wanted[:-1])):
        yield test
    for part in excluded[:2]:
        yield _make_test([*wanted, part])


def _make_test(parts: Iterable[QueryNode]) -> PlainData:
    """An article with what these parts ask for: a title, or a mapping of its fields."""
    found: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        for term in _choose_terms(part):
            found[_TEST_FIELDS[term.field]].append(term.text.replace("*", ""))
    title = " ".join(found.pop("title", ()))
    keys: dict[str, PlainData] = {"title": title} if title else {}
    if text := found.get("text"):
        keys["text"] = " ".join(text)
    if authors := found.get("authors"):
        keys["authors"] = [*authors]
    if addresses := [*found.get(HOST, ()), *found.get("url", ())]:
        keys["url"] = f"https://{'/'.join(address.replace(' ', '-') for address in addresses)}"
    if "url" in keys or "authors" in keys:
        keys.setdefault("title", "News")
    return title if keys.keys() == {"title"} else keys


def _choose_terms(node: QueryNode) -> Iterator[QueryTerm]:
    """The terms of one way to meet it."""
    match node:
        case QueryTerm():
            yield node
        case QueryNear(parts, field=field):
            yield from (replace(term, field=field) for part in parts for term in _choose_terms(part))
        case QueryAll(parts):
            yield from (term for part in parts for term in _choose_terms(part))
        case QueryAny(parts):
            for part in [part for part in parts if not _holds_without_words(part)][:1]:
                yield from _choose_terms(part)
        case QueryNot():
            pass
