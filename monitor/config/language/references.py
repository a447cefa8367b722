"""What documents name: entities, groups of them and lists; whether these are there, and the digests of what is named.

A rule's document is asked rather than the rule, because a fault stands where the name stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from monitor.config.language.faults import did_you_mean
from monitor.config.language.versions import digest_with, entity_digest, list_digest
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument, quote_text
from monitor.errors import Fault
from monitor.model import Condition, Entity, EntityNamed, GroupNamed, ListNamed, Place, WordList

Definition = Entity | WordList
AnyDefinition = TypeVar("AnyDefinition", Entity, WordList)
Name = EntityNamed | ListNamed
AnyName = Name | GroupNamed

_PARTS = {
    "rule": ("match", "unless", "mention", "mention_if", "raise", "lower"),
    "entity": ("maybe",),
    "list": ("before", "after"),
    "extends": ("maybe", "before", "after"),
}
"""The parts of each kind of document that name something."""


References = Sequence[tuple[ValuePath, AnyName]]
"""What a document names, and where it does."""


def find_references(document: YamlDocument) -> References:
    """What the document names, and where it does."""
    data = document.data
    kind = next((key for key in data if key in _PARTS), None) if isinstance(data, dict) else None
    if kind is None or not isinstance(data, dict):
        return []
    found = [each for part in _PARTS[kind] if part in data for each in _find_nested_references(data[part], (part,))]
    for key in ("lies_in", "of") if kind == "entity" else ():
        belongs_to = data.get(key)
        if isinstance(belongs_to, str) and not belongs_to.isupper():  # as codes of countries are
            found.append(((key,), EntityNamed(belongs_to)))
    return found if kind not in ("list", "extends") else [*found, *_find_list_member_references(data)]


def _find_list_member_references(data: Mapping[str, PlainData]) -> Iterator[tuple[ValuePath, Name]]:
    """What belongs to a list as a whole."""
    for key, kind in (("lists", ListNamed), ("entities", EntityNamed)):
        ids = data.get(key)
        for index, id_ in enumerate(ids if isinstance(ids, list) else ()):
            yield (key, index), kind(str(id_))


def _find_nested_references(data: PlainData, where: ValuePath) -> Iterator[tuple[ValuePath, AnyName]]:
    if isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict):
                yield from _find_nested_references(item, (*where, index))
    elif isinstance(data, dict):
        for key, value in data.items():
            if value is None:
                continue
            if key == "entity":
                yield (*where, key), _entity_or_group(value)
            elif key == "list":
                yield from _find_list_references(value, (*where, key))
            elif key != "words" and isinstance(value, (dict, list)):
                yield from _find_nested_references(value, (*where, key))


def _entity_or_group(value: PlainData) -> EntityNamed | GroupNamed:
    if isinstance(value, dict):
        given = map(value.get, ("kind", "in", "of"))
        return GroupNamed(*(None if part is None else str(part) for part in given))
    return EntityNamed(str(value))


def _find_list_references(value: PlainData, where: ValuePath) -> Iterator[tuple[ValuePath, ListNamed]]:
    if isinstance(value, list):
        yield from (((*where, index), ListNamed(str(item))) for index, item in enumerate(value))
    else:
        yield where, ListNamed(str(value))


class DefinitionRegistry:
    """The entities and lists that can be named. `tried`: those that stand somewhere, if only in a faulty file."""

    def __init__(self, things: Mapping[Name, Definition], tried: Mapping[Name, Place]) -> None:
        self._things = things
        self._tried = tried
        self._groups: dict[GroupNamed, list[Entity]] = {}
        self._digests: dict[AnyName, str] = {}

    def all_of_kind(self, kind: type[AnyDefinition]) -> dict[str, AnyDefinition]:
        """All entities, or all lists, by id."""
        return {thing.id: thing for thing in self._things.values() if isinstance(thing, kind)}

    def get(self, name: Name) -> Definition | None:
        """What has the name."""
        return self._things.get(name)

    def with_definition(self, thing: Definition) -> DefinitionRegistry:
        """The same with this one in place of what has its name."""
        return DefinitionRegistry({**self._things, name_of(thing): thing}, self._tried)

    def find_faults(self, document: YamlDocument, named: References) -> list[Fault]:
        """What the document names and cannot be had."""
        looked_up = (self._looked_up(document, where, name) for where, name in named)
        return [fault for fault in looked_up if fault is not None]

    def digest_references(self, named: References) -> dict[str, str]:
        """What is named, each with its digest, which changes with everything that stands behind the name."""
        return {_name_to_digest_key(name): self._digest(name) for _, name in named}

    def find_cycle_faults(self, name: Name, document: YamlDocument, named: References) -> list[Fault]:
        """Where an entity counts only beside one that counts only beside it, and so on, so that nobody could say which
        does; and where a list belongs to itself."""
        if name not in self._behind(name):
            return []
        what, meant = "this list would belong to itself, or to one that belongs to it", "name it in one of them only"
        if isinstance(name, EntityNamed):
            what = "this entity would count only beside itself, or beside one that counts only beside it"
            meant = "write words or a list instead"
        leading = (where for where, each in named if each == name or name in self._behind(each))
        return [Fault(document.place(where), what, meant) for where in leading]

    def _looked_up(self, document: YamlDocument, where: ValuePath, name: AnyName) -> Fault | None:
        if isinstance(name, GroupNamed):
            return None if self._members(name) else self._no_member(document, where, name)
        thing = self._things.get(name)
        if thing is None:
            return self.make_missing_fault(document.place(where), name)
        if isinstance(thing, WordList) and not self._has_words(name) and not _is_ignore_reference(where):
            what = f"the list '{thing.id}' has no words of its own, only what spoils others"
            return Fault(document.place(where), what, "name it under ignore")
        return None

    def _has_words(self, name: Name) -> bool:
        """Whether an entity, or a list or something that belongs to it, has words that can be found."""
        each = [
            thing
            for one in (name, *self._behind(name, _get_list_members))
            if (thing := self._things.get(one)) is not None
        ]
        return any(isinstance(thing, Entity) or thing.terms for thing in each)

    def make_missing_fault(self, place: Place, name: Name) -> Fault:
        """What is said, at that place, of a name that nothing has."""
        kind, id_ = _name_to_kind_and_id(name)
        if name in self._tried:
            return Fault(place, f"the {kind} '{id_}' cannot be used", f"see the faults at {self._tried[name].file}")
        known = [_name_to_kind_and_id(each)[1] for each in self._things if type(each) is type(name)]
        otherwise = "name the file that holds it in monitor.yaml, or write it"
        return Fault(place, f"there is no {kind} {quote_text(id_)}", did_you_mean(id_, known, otherwise))

    def _no_member(self, document: YamlDocument, where: ValuePath, name: GroupNamed) -> Fault:
        if name.kind and not self._members(GroupNamed(name.kind)):
            return Fault(document.place((*where, "kind")), f"there is no entity of kind '{name.kind}'")
        if name.group and not self._members(GroupNamed(None, name.group)):
            known = sorted({group for entity in self._entities() for group in entity.groups})
            meant = did_you_mean(name.group, known, "entities say what they are in with 'in: [GROUP]'")
            return Fault(document.place((*where, "in")), f"no entity is in {quote_text(name.group)}", meant)
        if name.of and not self._members(GroupNamed(of=name.of)):
            place, to = document.place((*where, "of")), EntityNamed(name.of)
            if to not in self._things:
                return self.make_missing_fault(place, to)
            return Fault(place, f"no entity is of {quote_text(name.of)}", "entities say whose they are with 'of: ID'")
        kind = f" of kind '{name.kind}'" if name.kind else ""
        asked = (("in", name.group), ("of", name.of))
        what = " and ".join(f"{word} '{value}'" for word, value in asked if value)
        return Fault(document.place(where), f"no entity{kind} is {what}")

    def _members(self, name: GroupNamed) -> list[Entity]:
        if name not in self._groups:
            self._groups[name] = [entity for entity in self._entities() if name.includes(entity)]
        return self._groups[name]

    def _entities(self) -> Iterator[Entity]:
        return (thing for thing in self._things.values() if isinstance(thing, Entity))

    def _digest(self, name: AnyName) -> str:
        """It changes with what the name stands for, and with what that names in its turn."""
        if name not in self._digests:
            if isinstance(name, GroupNamed):
                named = {each.id: self._digest(EntityNamed(each.id)) for each in self._members(name)}
                self._digests[name] = digest_with("", named)
            else:
                behind = {_name_to_digest_key(each): self._own_digest(each) for each in self._behind(name)}
                self._digests[name] = digest_with(self._own_digest(name), behind)
        return self._digests[name]

    def _own_digest(self, name: Name) -> str:
        thing = self._things[name]
        return entity_digest(thing) if isinstance(thing, Entity) else list_digest(thing)

    def _behind(self, name: AnyName, named_by: Callable[[Definition], Iterable[Condition]] | None = None) -> set[Name]:
        """What it names, and so on, of what there is; `named_by`: the only names that count."""
        found: set[Name] = set()
        new = set(self._named_by(name, named_by or _get_all_references))
        while new:
            found |= new
            new = {deeper for each in new for deeper in self._named_by(each, named_by or _get_all_references)} - found
        return found

    def _named_by(self, name: AnyName, named_by: Callable[[Definition], Iterable[Condition]]) -> Iterator[Name]:
        thing = None if isinstance(name, GroupNamed) else self._things.get(name)
        named = () if thing is None else named_by(thing)
        return (each for each in named if isinstance(each, (EntityNamed, ListNamed)))


def _get_all_references(thing: Definition) -> Iterable[Condition]:
    """What belongs to an entity or a list, and what is looked for beside its words."""
    if isinstance(thing, WordList):
        reaches = (thing.before, thing.after, *thing.more_before, *thing.more_after)
        return [*_get_list_members(thing), *(reach.condition for reach in reaches if reach is not None)]
    near = thing.maybe.counts_if.near if thing.maybe else None
    return near.conditions if near else ()


def _get_list_members(thing: Definition) -> Iterable[Name]:
    """What belongs to a list as a whole."""
    if not isinstance(thing, WordList):
        return ()
    return [*map(ListNamed, thing.lists), *map(EntityNamed, thing.entities)]


def _is_ignore_reference(where: ValuePath) -> bool:
    """Whether a list stands there to say what is to be ignored, or belongs to one that may."""
    holders = [part for part in where if isinstance(part, str)]
    return holders == ["lists"] or holders[-2:-1] == ["ignore"]


def name_of(thing: Definition) -> Name:
    """How it is named."""
    return EntityNamed(thing.id) if isinstance(thing, Entity) else ListNamed(thing.id)


def _name_to_kind_and_id(name: Name) -> tuple[str, str]:
    """The kind of what is named, and its id."""
    return ("entity", name.entity) if isinstance(name, EntityNamed) else ("list", name.list)


def _name_to_digest_key(name: AnyName) -> str:
    """A name as digests know it; that of an entity is as old as versions are."""
    if isinstance(name, GroupNamed):
        return f"group {name.kind} in {name.group}{f' of {name.of}' if name.of else ''}"
    return name.entity if isinstance(name, EntityNamed) else f"list {name.list}"
