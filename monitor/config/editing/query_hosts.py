"""Refuses queries that require an article to be at two hosts at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.config.editing.boolean_query import (
    HOST,
    QueryAll,
    QueryAny,
    QueryNear,
    QueryNode,
    QueryNot,
    QueryProblem,
    QueryTerm,
)


def require_compatible_hosts(query: QueryNode) -> None:
    """Raises QueryProblem if a part of the query requires hosts of which no address has all: no article would meet
    it, and excluding it would exclude nothing."""
    _find_hosts(query)


def _find_hosts(node: QueryNode) -> Sequence[QueryTerm] | None:
    """The hosts that an article may be at if it meets this node; None: any host."""
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
    if common := [_choose_narrower(one, other) for one in some for other in others if _has_common_address(one, other)]:
        return common
    problem = f"no article is at both '{some[0].text}' and '{others[0].text}'"
    raise QueryProblem(others[0].offset, problem, "write OR between hosts: site:(example.org OR example.net)")


def _has_common_address(one: QueryTerm, other: QueryTerm) -> bool:
    (host, path), (other_host, other_path) = _split_host(one), _split_host(other)
    return _begins_alike(host, other_host) and _begins_alike(path, other_path)


def _choose_narrower(one: QueryTerm, other: QueryTerm) -> QueryTerm:
    return max(one, other, key=lambda term: tuple(map(len, _split_host(term))))


def _split_host(term: QueryTerm) -> tuple[list[str], list[str]]:
    """The labels of a host, the top-level domain first, without a port; and the parts of its path."""
    host, _, path = term.text.lower().strip(".").partition("/")
    return host.partition(":")[0].split(".")[::-1], [part for part in re.split("[/?#]", path) if part]


def _begins_alike(some: Sequence[str], others: Sequence[str]) -> bool:
    return all(one == other for one, other in zip(some, others, strict=False))
