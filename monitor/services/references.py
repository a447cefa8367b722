"""What rules name: entities, groups of entities and lists, and what these name in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from monitor.config.language.references import find_references
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.model import Entity, EntityNamed, GroupNamed, ListNamed, Place, WordList

_PLACES_OF_ENTITIES = ("lies_in", "of")  # these say where it belongs, not by what it is found


class KnownDefinitions(Protocol):
    """The entities and lists of some files, by id."""

    @property
    def entities(self) -> Mapping[str, Entity]: ...

    @property
    def lists(self) -> Mapping[str, WordList]: ...


class References:
    """Finds what documents name. `documents`: of the files, by place."""

    def __init__(self, files: KnownDefinitions, documents: Mapping[Place, YamlDocument]) -> None:
        self._files = files
        self._documents = documents
        self._direct: dict[Place, list[Place]] = {}

    def find_all(self, place: Place) -> list[Place]:
        """The places of a document and of all definitions that it names, directly or through others; itself first."""
        found = {place: None}
        waiting = [place]
        while waiting:
            new = [each for each in self._find_direct(waiting.pop()) if each not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return list(found)

    def _find_direct(self, place: Place) -> list[Place]:
        if place not in self._direct:
            references = find_references(self._documents[place]) if place in self._documents else ()
            names = [name for path, name in references if path[0] not in _PLACES_OF_ENTITIES]
            self._direct[place] = [each for name in names for each in self._resolve(name)]
        return self._direct[place]

    def _resolve(self, name: EntityNamed | ListNamed | GroupNamed) -> Iterator[Place]:
        definitions: Mapping[str, Entity | WordList]
        match name:
            case GroupNamed():
                yield from (entity.place for entity in self._files.entities.values() if name.includes(entity))
                return
            case EntityNamed():
                definitions, id_ = self._files.entities, name.entity
            case ListNamed():
                definitions, id_ = self._files.lists, name.list
        if id_ in definitions:
            yield definitions[id_].place
