"""Adds the user's place entities to the gazetteer: new names for places that it has, and places that it lacks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from monitor.model import PLACE_KINDS, Entity
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
        name for entity in places.values() for name in _find_added_names(entity, ids.place_id_of(entity.id))
    )


class _PlaceIds:
    """Finds the place id of each entity: its id in the gazetteer, or an id of its own."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._known_ids: dict[str, str] = {}
        self._visited: set[str] = set()  # in a circle of `lies_in`, an entity has no container

    def place_id_of(self, entity: str) -> str:
        if entity not in self._known_ids:
            self._visited.add(entity)
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
        lies_in = entity.lies_in
        if lies_in is not None and lies_in in self._entities and lies_in not in self._visited - self._known_ids.keys():
            return self.place_id_of(lies_in)
        return lies_in if lies_in and get_place_level(lies_in) else None


def _is_possible_place(place: str, within: str | None, country: bool) -> bool:
    """Whether the name of an entity may mean this place of the gazetteer."""
    if country and get_place_level(place) != COUNTRY:  # "Beijing" is another name for China, not the place
        return False
    return within is None or relate_places(place, within) in _WITHIN


def _find_added_names(entity: Entity, place: str) -> Iterator[AddedPlaceName]:
    """The names that the gazetteer lacks, or knows as ambiguous: for the entity they are sufficient alone. If the
    gazetteer knows a country by another name, a new name may mean its people, forces or government (中方, 미군)."""
    is_added, country = is_added_place(place), entity.kind == "country"
    for term in entity.sure:
        name = term.text.strip("*")
        if is_added or not (places_named(name, alone=not country) or _has_place_in_name(name, place, term.language)):
            yield AddedPlaceName(name, place, is_demonym=country and not is_added, is_prefix=term.text.endswith("*"))
    yield from (AddedPlaceName(term.text.strip("*"), place, is_blocked=True) for term in entity.never)


def _has_place_in_name(name: str, place: str, language: str) -> bool:
    """Whether the gazetteer already finds the place within the name, as in "US Navy"."""
    return any(mention.place == place for mention in find_places(name, language))
