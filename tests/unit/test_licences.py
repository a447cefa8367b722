"""What we bring along may be used as we use it, and THIRD_PARTY.md says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
EXTRAS = frozenset({"mqtt", "postgres", "xmpp"})
LATER = {"fasttext-predict-v2", "setuptools"}  # come along on newer versions of Python only
# Licences that ask for no more than a notice, and go together with Apache-2.0.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Zlib",
}
# How some authors write them; "LGPL" is Pebble's, whose licence file is version 3, and "BSD License" that of
# google-re2, whose file has three clauses.
WRITTEN = {
    "Apache 2.0": "Apache-2.0",
    "Apache2": "Apache-2.0",
    "MIT AND (BSD-2-Clause OR LGPL-2.1-or-later)": "MIT AND BSD-2-Clause OR MIT AND LGPL-2.1-or-later",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "LGPL": "LGPL-3.0-only",
    "BSD": "BSD-2-Clause",  # of pyasn1-modules, by its licence file
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
}


def brought_along(name: str, extras: frozenset[str], found: dict[str, frozenset[str]]) -> None:
    """Adds to `found` what a distribution needs here, with these extras: by name, with the extras asked for."""
    for text in distribution(name).requires or []:
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            key = canonicalize_name(wanted.name)
            asked = found.get(key, frozenset()) | wanted.extras
            if asked != found.get(key):
                found[key] = asked
                brought_along(key, asked, found)


def runtime() -> set[str]:
    found: dict[str, frozenset[str]] = {}
    brought_along("news-monitor", EXTRAS, found)
    return set(found)


def installed(name: str) -> bool:
    """Whether this version of Python has it; of what comes along later only, it may not."""
    return name not in LATER or any(distributions(name=name))


def licence(of: Distribution) -> str:
    """As the authors declare it, in SPDX's words."""
    said = of.metadata
    kinds = [kind for kind in said.get_all("Classifier") or [] if kind.startswith("License :: OSI Approved :: ")]
    declared = " AND ".join(said.get_all("License-Expression") or said.get_all("License") or kinds)
    return WRITTEN.get(declared, declared)


def choices(expression: str) -> list[set[str]]:
    """The sets of licences of which one is enough: A AND B OR C -> {A, B}, {C}."""
    return [set(choice.split(" AND ")) for choice in expression.split(" OR ")]


def rows(heading: str) -> Iterator[tuple[str, ...]]:
    """The cells of the table's lines, of the section of THIRD_PARTY.md that begins so."""
    whole = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    (section,) = (part for part in re.split(r"^#+ ", whole, flags=re.MULTILINE) if part.startswith(heading))
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| distribution"):
            yield tuple(cell.strip() for cell in line.strip("|").split("|"))


TABLE = list(rows("What News Monitor"))
EXCEPTIONS = {name: (taken, why) for name, taken, why in rows("Licences that ask")}


def test_third_party_lists_what_is_brought_along() -> None:
    """All of it, once, in order, each with a purpose, and nothing that has gone."""
    assert [name for name, _, _ in TABLE] == sorted(runtime() | LATER)
    assert all(purpose for _, _, purpose in TABLE)


def test_all_of_it_is_locked() -> None:
    """Nothing comes along that the lock file does not name."""
    lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
    assert runtime() <= set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))


@pytest.mark.parametrize(("name", "listed"), [(name, listed) for name, listed, _ in TABLE if installed(name)], ids=str)
def test_a_licence_is_the_one_that_is_listed_and_is_allowed(name: str, listed: str) -> None:
    """On the list, or an exception with its reason; an author who changes it is noticed."""
    declared = licence(distribution(name))
    assert declared == listed
    free = any(choice <= ALLOWED for choice in choices(declared))
    assert free is not (name in EXCEPTIONS)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_one_that_we_may_make(name: str) -> None:
    """Taken under a licence that it is offered under, for a reason, and never one that would become ours too."""
    taken, why = EXCEPTIONS[name]
    parts = set(taken.split(" AND "))
    assert parts in choices(licence(distribution(name)))
    assert all(part in ALLOWED or part.startswith(("LGPL-", "MPL-")) for part in parts)
    assert why
