"""The changes of a rule that can be proposed. Each is applied to the rule of the model; `rule_edits` writes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from monitor.lab.improving.condition_changes import (
    add_alternative,
    add_term,
    change_inside,
    change_part,
    find_part,
    ignore_inside,
    kinds_on_path,
    remove_term,
    unwrap,
)
from monitor.lab.improving.relaxing import RulePart, describe_part, describe_words
from monitor.model import (
    AnyOf,
    Condition,
    EntityNamed,
    Field,
    Ignoring,
    In,
    ListNamed,
    Near,
    Rule,
    Term,
    Unit,
    Words,
)


@dataclass(frozen=True, slots=True)
class RuleChange(ABC):
    """A change of one rule. `breadth`: of changes with the same effect, the one with the smallest is proposed: the
    more a change reaches beyond the judged articles, the higher it is."""

    breadth: ClassVar[int] = 0

    @abstractmethod
    def apply(self, rule: Rule) -> Rule | None:
        """Return the rule with this change; None: nothing would be left of it."""

    @abstractmethod
    def __str__(self) -> str:
        """The change in words."""


@dataclass(frozen=True, slots=True)
class PartChange(RuleChange):
    """A change of one part of `match`."""

    part: RulePart

    @abstractmethod
    def change(self, condition: Condition) -> Condition | None:
        """Return the part changed; None: nothing would be left of it."""

    def apply(self, rule: Rule) -> Rule | None:
        changed = self.change(find_part(rule.condition, self.part.position))
        condition = None if changed is None else change_part(rule.condition, self.part.position, lambda _: changed)
        return None if condition is None else replace(rule, condition=condition)

    def fits(self, before: Rule, after: Rule) -> bool:
        """Whether the change means the same in a rule after another change as before it: the part is of the same kind,
        and so is each part that leads to it."""
        kinds = [kinds_on_path(rule.condition, self.part.position) for rule in (before, after)]
        return kinds[0] == kinds[1]


@dataclass(frozen=True, slots=True)
class AddWord(PartChange):
    """One more word for a part of `match`."""

    term: Term

    def change(self, condition: Condition) -> Condition:
        return add_term(condition, self.term)

    def __str__(self) -> str:
        return f"add {_quote_term(self.term)} to {describe_part(self.part.part)}"


@dataclass(frozen=True, slots=True)
class AddReference(PartChange):
    """A list or an entity beside the words of a part of `match`, or in place of them. `words`: the part that has the
    words, which `part` is or, if it is an `any`, contains."""

    breadth: ClassVar[int] = -1  # it also has the words that no article here has

    words: RulePart
    leaf: ListNamed | EntityNamed
    in_place: bool = False

    def change(self, condition: Condition) -> Condition:
        if self.in_place and isinstance(unwrap(condition), Words):
            return change_inside(condition, lambda _: self.leaf)
        alternative: Condition = self.leaf
        for ignore in self.words.part.ignores:
            alternative = Ignoring(alternative, ignore)
        return add_alternative(condition, alternative)

    def __str__(self) -> str:
        where = "in place of" if self.in_place else "beside"
        ((key, name),) = write_leaf(self.leaf).items()
        return f"{key} “{name}” {where} {describe_words(self.words.part)}"


@dataclass(frozen=True, slots=True)
class RemoveWord(PartChange):
    """A word less in a part of `match`."""

    breadth: ClassVar[int] = 3

    term: Term

    def change(self, condition: Condition) -> Condition | None:
        """The last word of a part stays: without it the part would say nothing."""
        return remove_term(condition, self.term)

    def __str__(self) -> str:
        return f"remove {_quote_term(self.term)} from {describe_part(self.part.part)}"


@dataclass(frozen=True, slots=True)
class IgnoreInside(PartChange):
    """Occurrences of a part of `match` do not count inside this phrase."""

    term: Term

    def change(self, condition: Condition) -> Condition:
        return ignore_inside(condition, self.term)

    def __str__(self) -> str:
        return f"ignore {describe_part(self.part.part)} inside {_quote_term(self.term)}"


@dataclass(frozen=True, slots=True)
class DropByTitle(RuleChange):
    """Articles with this word in the title are dropped: a word of `unless`."""

    breadth: ClassVar[int] = 1

    term: Term

    def apply(self, rule: Rule) -> Rule | None:
        words = In(Field.TITLE, Words((self.term,)))
        unless = words if rule.unless is None else AnyOf((rule.unless, words))
        return replace(rule, unless=unless)

    def __str__(self) -> str:
        return f"drop articles with {_quote_term(self.term)} in the title (unless)"


@dataclass(frozen=True, slots=True)
class SetNearness(PartChange):
    """The parts of a `near` must be as near as this: at most so many words apart, or in one unit."""

    breadth: ClassVar[int] = 2

    within: int | Unit

    def change(self, condition: Condition) -> Condition:
        return change_inside(condition, self._set)

    def _set(self, near: Condition) -> Condition:
        assert isinstance(near, Near)
        if isinstance(self.within, Unit):
            return replace(near, words=None, unit=self.within)
        return replace(near, words=self.within, unit=Unit.SENTENCE)

    def __str__(self) -> str:
        within = self.within.value if isinstance(self.within, Unit) else f"{self.within} words"
        return f"within: {within}, for {describe_part(self.part.part)}"


def write_leaf(leaf: ListNamed | EntityNamed) -> dict[str, str]:
    """The condition as a rule has it: {"list": its id} or {"entity": its id}."""
    return {"list": leaf.list} if isinstance(leaf, ListNamed) else {"entity": leaf.entity}


def _quote_term(term: Term) -> str:
    language = "" if term.language == "any" else f" ({term.language})"
    return f"“{term.text}”{language}"
