"""The references of documents to entities, groups of entities and lists: whether their targets exist, and the digests
of the targets.

References are read from the document of a rule, not from the rule, because a fault needs the place of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from monitor.config.language.base_schema import ID_FORM, is_id, make_id
from monitor.config.language.faults import did_you_mean
from monitor.config.language.versions import digest_with, entity_digest, list_digest
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument, quote_text
from monitor.errors import Fault
from monitor.model import Condition, Entity, EntityNamed, GroupNamed, ListNamed, Place, WordList

Definition = Entity | WordList
AnyDefinition = TypeVar("AnyDefinition", Entity, WordList)
Name = EntityNamed | ListNamed
AnyName = Name | GroupNamed

NAME_ITS_FILE = "name the file that holds it in monitor.yaml, or write it"
"""The hint for a name that no file has."""
_REFERENCE_KEYS = {
    "rule": ("match", "unless", "mention", "mention_if", "raise", "lower"),
    "entity": ("maybe",),
    "list": ("before", "after"),
    "extends": ("maybe", "before", "after"),
}
"""The keys of each kind of document that can hold references."""


References = Sequence[tuple[ValuePath, AnyName]]
"""The names that a document refers to, each with its path."""


def find_references(document: YamlDocument) -> References:
    """The references of the document; none where it is no rule, entity, list or extension."""
    data = document.data
    kind = next((key for key in data if key in _REFERENCE_KEYS), None) if isinstance(data, dict) else None
    if kind is None or not isinstance(data, dict):
        return []
    found = [
        reference
        for part in _REFERENCE_KEYS[kind]
        if part in data
        for reference in _find_nested_references(data[part], (part,))
    ]
    for key in ("lies_in", "of") if kind == "entity" else ():
        belongs_to = data.get(key)
        if isinstance(belongs_to, str) and not belongs_to.isupper():  # country codes are upper-case
            found.append(((key,), EntityNamed(belongs_to)))
    return found if kind not in ("list", "extends") else [*found, *_find_list_member_references(data)]


def _find_list_member_references(data: Mapping[str, PlainData]) -> Iterator[tuple[ValuePath, Name]]:
    """The lists and entities that belong to a list as members."""
    for key, kind in (("lists", ListNamed), ("entities", EntityNamed)):
        ids = data.get(key)
        for index, id_ in enumerate(ids if isinstance(ids, list) else ()):
            yield (key, index), kind(str(id_))


def _find_nested_references(data: PlainData, path: ValuePath) -> Iterator[tuple[ValuePath, AnyName]]:
    if isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict):
                yield from _find_nested_references(item, (*path, index))
    elif isinstance(data, dict):
        for key, value in data.items():
            if value is None:
                continue
            if key == "entity":
                yield (*path, key), _parse_entity_or_group(value)
            elif key == "list":
                yield from _find_list_references(value, (*path, key))
            elif key != "words" and isinstance(value, (dict, list)):
                yield from _find_nested_references(value, (*path, key))


def _parse_entity_or_group(value: PlainData) -> EntityNamed | GroupNamed:
    if isinstance(value, dict):
        values = map(value.get, ("kind", "in", "of"))
        return GroupNamed(*(None if part is None else str(part) for part in values))
    return EntityNamed(str(value))


def _find_list_references(value: PlainData, path: ValuePath) -> Iterator[tuple[ValuePath, ListNamed]]:
    if isinstance(value, list):
        yield from (((*path, index), ListNamed(str(item))) for index, item in enumerate(value))
    else:
        yield path, ListNamed(str(value))


class DefinitionRegistry:
    """The entities and lists that documents can refer to. `declared`: the place of each one in the files, also of those
    with faults."""

    def __init__(self, definitions: Mapping[Name, Definition], declared: Mapping[Name, Place]) -> None:
        self._definitions = definitions
        self._declared = declared
        self._groups: dict[GroupNamed, list[Entity]] = {}
        self._digests: dict[AnyName, str] = {}
        self._own_digests: dict[Name, str] = {}

    def all_of_kind(self, kind: type[AnyDefinition]) -> dict[str, AnyDefinition]:
        """All entities, or all lists, by id."""
        return {definition.id: definition for definition in self._definitions.values() if isinstance(definition, kind)}

    def get(self, name: Name) -> Definition | None:
        """The definition of that name; None: there is none."""
        return self._definitions.get(name)

    def with_definition(self, definition: Definition) -> DefinitionRegistry:
        """A copy of the registry with this definition, which replaces one of the same name."""
        return DefinitionRegistry({**self._definitions, name_of(definition): definition}, self._declared)

    def find_faults(self, document: YamlDocument, references: References) -> list[Fault]:
        """The faults of references whose target cannot be used."""
        faults = (self._check_reference(document, path, name) for path, name in references)
        return [fault for fault in faults if fault is not None]

    def digest_references(self, references: References) -> dict[str, str]:
        """The digest of each target. It changes with everything that the target depends on."""
        return {_name_to_digest_key(name): self._compute_digest(name) for _, name in references}

    def find_cycle_faults(self, name: Name, document: YamlDocument, references: References) -> list[Fault]:
        """The faults of references that form a cycle: a list that belongs to itself, or an entity that counts only near
        one that counts only near it (and so on), so that it is not decidable which counts."""
        if name not in self._find_reachable(name):
            return []
        problem, hint = "this list would belong to itself, or to one that belongs to it", "name it in one of them only"
        if isinstance(name, EntityNamed):
            problem = "this entity would count only beside itself, or beside one that counts only beside it"
            hint = "write words or a list instead"
        paths = (path for path, reference in references if reference == name or name in self._find_reachable(reference))
        return [Fault(document.place(path), problem, hint) for path in paths]

    def _check_reference(self, document: YamlDocument, path: ValuePath, name: AnyName) -> Fault | None:
        if isinstance(name, GroupNamed):
            return None if self._get_members(name) else self._explain_empty_group(document, path, name)
        definition = self._definitions.get(name)
        if definition is None:
            return self.make_missing_fault(document.place(path), name)
        if isinstance(definition, WordList) and not self._has_words(name) and not _is_ignore_reference(path):
            problem = f"the list '{definition.id}' has no words to look for, only `before` or `after`"
            return Fault(document.place(path), problem, "name it under ignore")
        return None

    def _has_words(self, name: Name) -> bool:
        """Whether it is an entity, or a list that has words to find, in itself or in its members."""
        definitions = [
            definition
            for member in (name, *self._find_reachable(name, _get_list_members))
            if (definition := self._definitions.get(member)) is not None
        ]
        return any(isinstance(definition, Entity) or definition.terms for definition in definitions)

    def make_missing_fault(self, place: Place, name: Name) -> Fault:
        """The fault, at that place, of a name that cannot be used."""
        kind, id_ = _name_to_kind_and_id(name)
        if name in self._declared:
            cause = f"see the faults at {self._declared[name].file}"
            return Fault(place, f"the {kind} '{id_}' cannot be used", cause, is_follow_up=True)
        hint = did_you_mean(id_, self._list_ids_like(name), NAME_ITS_FILE)
        return Fault(place, f"there is no {kind} {quote_text(id_)}", hint, names_unknown=True)

    def suggest_name(self, name: Name) -> str | None:
        """A hint for a name that is not an id: the closest id of its kind, or how an id is written."""
        return did_you_mean(make_id(_name_to_kind_and_id(name)[1]), self._list_ids_like(name), ID_FORM)

    def _list_ids_like(self, name: Name) -> list[str]:
        """The ids of all definitions of the same kind."""
        return [_name_to_kind_and_id(defined)[1] for defined in self._definitions if type(defined) is type(name)]

    def _explain_empty_group(self, document: YamlDocument, path: ValuePath, name: GroupNamed) -> Fault:
        if name.kind and not self._get_members(GroupNamed(name.kind)):
            problem = f"there is no entity of kind '{name.kind}'"
            return Fault(document.place((*path, "kind")), problem, names_unknown=True)
        if name.group and not self._get_members(GroupNamed(None, name.group)):
            known = sorted({group for entity in self._iter_entities() for group in entity.groups})
            hint = did_you_mean(name.group, known, "entities say what they are in with 'in: [GROUP]'")
            problem = f"no entity is in {quote_text(name.group)}"
            return Fault(document.place((*path, "in")), problem, hint, names_unknown=True)
        if name.of and not self._get_members(GroupNamed(of=name.of)):
            place, owner = document.place((*path, "of")), EntityNamed(name.of)
            if owner not in self._definitions:
                return self.make_missing_fault(place, owner)
            hint = "entities say whose they are with 'of: ID'"
            return Fault(place, f"no entity is of {quote_text(name.of)}", hint, names_unknown=True)
        kind = f" of kind '{name.kind}'" if name.kind else ""
        limits = (("in", name.group), ("of", name.of))
        problem = " and ".join(f"{word} '{value}'" for word, value in limits if value)
        return Fault(document.place(path), f"no entity{kind} is {problem}", names_unknown=True)

    def _get_members(self, name: GroupNamed) -> list[Entity]:
        if name not in self._groups:
            self._groups[name] = [entity for entity in self._iter_entities() if name.includes(entity)]
        return self._groups[name]

    def _iter_entities(self) -> Iterator[Entity]:
        return (definition for definition in self._definitions.values() if isinstance(definition, Entity))

    def _compute_digest(self, name: AnyName) -> str:
        """The digest of the definition and of everything that it depends on."""
        if name not in self._digests:
            if isinstance(name, GroupNamed):
                digests = {
                    member.id: self._compute_digest(EntityNamed(member.id)) for member in self._get_members(name)
                }
                self._digests[name] = digest_with("", digests)
            else:
                digests = {
                    _name_to_digest_key(member): self._compute_own_digest(member)
                    for member in self._find_reachable(name)
                }
                self._digests[name] = digest_with(self._compute_own_digest(name), digests)
        return self._digests[name]

    def _compute_own_digest(self, name: Name) -> str:
        if name not in self._own_digests:
            definition = self._definitions[name]
            digest = entity_digest(definition) if isinstance(definition, Entity) else list_digest(definition)
            self._own_digests[name] = digest
        return self._own_digests[name]

    def _find_reachable(
        self, name: AnyName, get_references: Callable[[Definition], Iterable[Condition]] | None = None
    ) -> set[Name]:
        """Everything that the name refers to, directly or indirectly. `get_references`: which references to follow
        (default: all)."""
        found: set[Name] = set()
        frontier = set(self._get_direct_references(name, get_references or _get_all_references))
        while frontier:
            found |= frontier
            frontier = {
                reference
                for reached in frontier
                for reference in self._get_direct_references(reached, get_references or _get_all_references)
            } - found
        return found

    def _get_direct_references(
        self, name: AnyName, get_references: Callable[[Definition], Iterable[Condition]]
    ) -> Iterator[Name]:
        definition = None if isinstance(name, GroupNamed) else self._definitions.get(name)
        references = () if definition is None else get_references(definition)
        return (reference for reference in references if isinstance(reference, (EntityNamed, ListNamed)))


def _get_all_references(definition: Definition) -> Iterable[Condition]:
    """All that a definition refers to: the members of a list and its `before` and `after`, or what must be near the
    maybe names of an entity."""
    if isinstance(definition, WordList):
        reaches = (definition.before, definition.after, *definition.more_before, *definition.more_after)
        return [*_get_list_members(definition), *(reach.condition for reach in reaches if reach is not None)]
    near = definition.maybe.counts_if.near if definition.maybe else None
    return near.conditions if near else ()


def _get_list_members(definition: Definition) -> Iterable[Name]:
    """The lists and entities that belong to a list as members."""
    if not isinstance(definition, WordList):
        return ()
    return [*map(ListNamed, definition.lists), *map(EntityNamed, definition.entities)]


def _is_ignore_reference(path: ValuePath) -> bool:
    """Whether the reference is under `ignore`, or makes a list a member of another one, which may be under `ignore`."""
    keys = [part for part in path if isinstance(part, str)]
    return keys == ["lists"] or keys[-2:-1] == ["ignore"]


def suggest_existing_ids(
    faults: Iterable[Fault], registry: DefinitionRegistry, documents: Iterable[YamlDocument]
) -> list[Fault]:
    """The faults, where each one about a name that is not an id suggests an entity or list that exists. What is written
    there cannot say which ids exist. `documents`: of the files that the faults are about."""
    faults = list(faults)
    faulty = {fault.place.file for fault in faults}
    hints = {
        document.place(path): registry.suggest_name(name)
        for document in documents
        if document.file in faulty
        for path, name in find_references(document)
        if not isinstance(name, GroupNamed) and document.has_text(path) and not is_id(_name_to_kind_and_id(name)[1])
    }
    return [replace(fault, hint=hints.get(fault.place, fault.hint)) for fault in faults]


def name_of(definition: Definition) -> Name:
    """The name by which documents refer to the definition."""
    return EntityNamed(definition.id) if isinstance(definition, Entity) else ListNamed(definition.id)


def _name_to_kind_and_id(name: Name) -> tuple[str, str]:
    """The kind of the definition ("entity" or "list"), and its id."""
    return ("entity", name.entity) if isinstance(name, EntityNamed) else ("list", name.list)


def _name_to_digest_key(name: AnyName) -> str:
    """The key of a name in digests. Entities have no prefix: their keys are older than those of lists and groups."""
    if isinstance(name, GroupNamed):
        return f"group {name.kind} in {name.group}{f' of {name.of}' if name.of else ''}"
    return name.entity if isinstance(name, EntityNamed) else f"list {name.list}"
