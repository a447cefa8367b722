"""Adds the user's place entities to the gazetteer: new names for places that it has, and places that it lacks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.model import PLACE_KINDS, Entity
from monitor.places.added_places import AddedPlaceName, AddedPlaceNames, added_place_id, is_added_place
from monitor.places.find import find_places
from monitor.places.gazetteer import Relation, get_place_level, places_named, relate_places
from monitor.places.records import COUNTRY


def added_place_names(entities: Iterable[Entity]) -> AddedPlaceNames:
    """The names of place and country entities that the gazetteer does not know."""
    places: dict[str, _KnownPlace] = {}
    places |= {entity.id: _KnownPlace(entity, places) for entity in entities if entity.kind in PLACE_KINDS}
    return AddedPlaceNames(
        _PossibleName(term.text.strip("*"), term.language, place, is_prefix=term.text.endswith("*"), is_blocked=blocked)
        for place in places.values()
        for terms, blocked in ((place.entity.sure, False), (place.entity.never, True))
        for term in terms
    )


@dataclass(frozen=True)
class _KnownPlace:
    """An entity, among all `places` by their ids."""

    entity: Entity
    places: Mapping[str, _KnownPlace]

    @cached_property
    def place_id(self) -> str:
        """Its id in the gazetteer, or an id of its own."""
        within, is_country = self._find_container(), self.entity.kind == "country"
        found = [
            next((each for each in places_named(term.text.strip("*")) if self._may_be(each, within)), None)
            for term in self.entity.sure
        ]
        ids = Counter(filter(None, found)).most_common(1)
        return ids[0][0] if ids else added_place_id(self.entity.id, within, country=is_country)

    def _may_be(self, place: str, within: str | None) -> bool:
        """Whether a name of the entity may mean this place of the gazetteer."""
        if self.entity.kind == "country" and get_place_level(place) != COUNTRY:
            return False  # "Beijing" is another name for China, not the place
        return within is None or relate_places(place, within) in (Relation.SAME, Relation.WITHIN)

    def _find_container(self) -> str | None:
        """The place id of what contains it. In a circle of `lies_in`, an entity has no container."""
        lies_in, passed = self.entity.lies_in, set[str]()
        if lies_in is None or lies_in not in self.places:
            return lies_in if lies_in and get_place_level(lies_in) else None
        container: str | None = lies_in
        while container is not None and container in self.places and container not in passed:
            passed.add(container)
            container = self.places[container].entity.lies_in
        return None if self.entity.id in passed else self.places[lies_in].place_id


@dataclass(frozen=True, slots=True)
class _PossibleName:
    """A name of an entity. It is added if the gazetteer lacks it, or knows it as ambiguous: for the entity it is
    sufficient alone. If the gazetteer knows a country by another name, a new name may mean its people, forces or
    government (中方, 미군). `is_blocked`: the name is one of something else."""

    name: str
    language: str
    of: _KnownPlace
    is_prefix: bool
    is_blocked: bool

    def look_up(self) -> AddedPlaceName | None:
        """The name with its meaning; None: it is not added."""
        place, is_country = self.of.place_id, self.of.entity.kind == "country"
        if self.is_blocked:
            return AddedPlaceName(self.name, place, is_blocked=True)
        if is_added_place(place):
            return AddedPlaceName(self.name, place, is_prefix=self.is_prefix)
        is_within_name = any(mention.place == place for mention in find_places(self.name, self.language))  # US Navy
        if is_within_name or places_named(self.name, alone=not is_country):
            return None
        return AddedPlaceName(self.name, place, is_demonym=is_country, is_prefix=self.is_prefix)
