"""Adds the user's place entities to the gazetteer: new names for places that it has, and places that it lacks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.model import PLACE_KINDS, Entity, Term
from monitor.places.added_places import AddedPlaceName, AddedPlaceNames, added_place_id, is_added_place
from monitor.places.find import find_places
from monitor.places.gazetteer import Relation, get_place_level, places_named, relate_places
from monitor.places.records import COUNTRY

_WITHIN = frozenset((Relation.SAME, Relation.WITHIN))


def added_place_names(entities: Iterable[Entity]) -> AddedPlaceNames:
    """The names of place and country entities that the gazetteer does not know."""
    places = {entity.id: entity for entity in entities if entity.kind in PLACE_KINDS}
    ids = _PlaceIds(places)
    return AddedPlaceNames(
        _PossibleName(term, entity, ids, is_blocked=is_blocked)
        for entity in places.values()
        for terms, is_blocked in ((entity.sure, False), (entity.never, True))
        for term in terms
    )


class _PlaceIds:
    """Finds the place id of each entity: its id in the gazetteer, or an id of its own."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._known_ids: dict[str, str] = {}

    def place_id_of(self, entity: str) -> str:
        if entity not in self._known_ids:
            self._known_ids[entity] = self._identify(self._entities[entity])
        return self._known_ids[entity]

    def _identify(self, entity: Entity) -> str:
        within, country = self._container_of(entity), entity.kind == "country"
        ids = Counter(
            found[0]
            for term in entity.sure
            if (
                found := [
                    place for place in places_named(term.text.strip("*")) if _is_possible_place(place, within, country)
                ]
            )
        )
        return ids.most_common(1)[0][0] if ids else added_place_id(entity.id, within, country=country)

    def _container_of(self, entity: Entity) -> str | None:
        """The place id of what contains it. In a circle of `lies_in`, an entity has no container."""
        lies_in = entity.lies_in
        if lies_in is not None and lies_in in self._entities and not self._lies_in_itself(entity.id):
            return self.place_id_of(lies_in)
        return lies_in if lies_in and get_place_level(lies_in) else None

    def _lies_in_itself(self, entity: str) -> bool:
        """Whether its `lies_in` leads back to it."""
        passed: set[str] = set()
        container = self._entities[entity].lies_in
        while container is not None and container in self._entities and container not in passed:
            passed.add(container)
            container = self._entities[container].lies_in
        return entity in passed


def _is_possible_place(place: str, within: str | None, country: bool) -> bool:
    """Whether the name of an entity may mean this place of the gazetteer."""
    if country and get_place_level(place) != COUNTRY:  # "Beijing" is another name for China, not the place
        return False
    return within is None or relate_places(place, within) in _WITHIN


@dataclass(frozen=True, slots=True)
class _PossibleName:
    """A name of an entity. It is added if the gazetteer lacks it, or knows it as ambiguous: for the entity it is
    sufficient alone. If the gazetteer knows a country by another name, a new name may mean its people, forces or
    government (中方, 미군). `is_blocked`: the name is one of something else."""

    term: Term
    entity: Entity
    ids: _PlaceIds
    is_blocked: bool

    @property
    def name(self) -> str:
        return self.term.text.strip("*")

    def look_up(self) -> AddedPlaceName | None:
        """The name with its meaning; None: it is not added."""
        place = self.ids.place_id_of(self.entity.id)
        if self.is_blocked:
            return AddedPlaceName(self.name, place, is_blocked=True)
        is_added, is_country = is_added_place(place), self.entity.kind == "country"
        if not is_added and (
            places_named(self.name, alone=not is_country) or _has_place_in_name(self.name, place, self.term.language)
        ):
            return None
        is_prefix = self.term.text.endswith("*")
        return AddedPlaceName(self.name, place, is_demonym=is_country and not is_added, is_prefix=is_prefix)


def _has_place_in_name(name: str, place: str, language: str) -> bool:
    """Whether the gazetteer already finds the place within the name, as in "US Navy"."""
    return any(mention.place == place for mention in find_places(name, language))
