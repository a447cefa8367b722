"""The places among the entities: those that the gazetteer knows give it their names, and others join it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from monitor.model import PLACE_KINDS, Entity
from monitor.places import (
    COUNTRY,
    AddedPlaceName,
    AddedPlaceNames,
    Relation,
    added_place_id,
    find_places,
    get_place_level,
    is_added_place,
    places_named,
    relate_places,
)

_WITHIN = frozenset((Relation.SAME, Relation.WITHIN))


def added_place_names(entities: Iterable[Entity]) -> AddedPlaceNames:
    """The names of entities of kind place and country that the gazetteer does not know."""
    places = {entity.id: entity for entity in entities if entity.kind in PLACE_KINDS}
    ids = _PlaceIds(places)
    return AddedPlaceNames(
        name for entity in places.values() for name in _find_added_names(entity, ids.place_id_of(entity.id))
    )


class _PlaceIds:
    """The places that entities are, by their ids in the gazetteer or ids of their own."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._found: dict[str, str] = {}
        self._asked: set[str] = set()  # an entity that lies in itself, round about, lies anywhere

    def place_id_of(self, entity: str) -> str:
        if entity not in self._found:
            self._asked.add(entity)
            self._found[entity] = self._identify(self._entities[entity])
        return self._found[entity]

    def _identify(self, entity: Entity) -> str:
        within, country = self._container(entity), entity.kind == "country"
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

    def _container(self, entity: Entity) -> str | None:
        lies_in = entity.lies_in
        if lies_in is not None and lies_in in self._entities and lies_in not in self._asked - self._found.keys():
            return self.place_id_of(lies_in)
        return lies_in if lies_in and get_place_level(lies_in) else None


def _is_possible_place(place: str, within: str | None, country: bool) -> bool:
    """Whether a place of the gazetteer may be meant by the name of an entity."""
    if country and get_place_level(place) != COUNTRY:  # Beijing is China's by name only
        return False
    return within is None or relate_places(place, within) in _WITHIN


def _find_added_names(entity: Entity, place: str) -> Iterator[AddedPlaceName]:
    """Those that the gazetteer does not know, or not for sure (the entity says that they are enough). Where it knows a
    country by another name, one that it lacks is its people's, its forces' or a side's (中方, 미군), or may be."""
    own, country = is_added_place(place), entity.kind == "country"
    for term in entity.sure:
        name = term.text.strip("*")
        if own or not (places_named(name, alone=not country) or _has_place_in_name(name, place, term.language)):
            yield AddedPlaceName(name, place, is_demonym=country and not own, is_prefix=term.text.endswith("*"))
    yield from (AddedPlaceName(term.text.strip("*"), place, is_blocked=True) for term in entity.never)


def _has_place_in_name(name: str, place: str, language: str) -> bool:
    """Whether the gazetteer finds the place within its name: of "US Navy", the rest is somebody's name."""
    return any(mention.place == place for mention in find_places(name, language))
