"""Finds names in titles that the words around them call a place, although the gazetteer does not know it. Pure.

The gazetteer has no small towns. So two articles may both name Bavaria, one for a flood in Passau, the other for a
flood in Deggendorf.
"""

from __future__ import annotations

from monitor.places.clues import BEFORE_PLACE, WHERE_IT_IS
from monitor.stories.article_facts import ENTITY, NameFact
from monitor.stories.features import ArticleFeatures

_CONTEXT = 24  # characters before a name


def find_unknown_place(features: ArticleFeatures, other: ArticleFeatures) -> str:
    """A name in the title that the words around it call a place, and that the other article lacks; "" if there is
    none."""
    names = (name for name in features.facts.names if name.in_title and _is_called_place(name, features))
    return next((name.text for name in names if not other.has_all_words(name.text)), "")


def _is_called_place(name: NameFact, features: ArticleFeatures) -> bool:
    """Whether the title says "in Passau" or "Passau, Bavaria". Where capitals mark no names, the first is not enough:
    "in Sicherheit"."""
    start = features.title.find(name.text)
    if start < 0 or name.key.startswith(ENTITY):
        return False
    if name.is_certain and BEFORE_PLACE.search(features.title[max(0, start - _CONTEXT) : start]):
        return True
    container = WHERE_IT_IS.match(features.title, start + len(name.text))
    return container is not None and any(place.text.startswith(container[1]) for place in features.facts.places)
