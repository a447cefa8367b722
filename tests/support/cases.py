"""Generated rules and articles for the whole rule language, in many scripts: what the reference evaluator is asked of.

One seed gives one batch: a few rules that share words, lists and entities, and a few articles, most of which are
written so that some of the rules may hit. The words are few and alike, so that hits overlap, touch and nearly miss.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    CountsIf,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    Ignore,
    Ignoring,
    In,
    Level,
    LevelChange,
    ListNamed,
    Maybe,
    Named,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Pattern,
    Reach,
    Rule,
    RuleStatus,
    Source,
    Term,
    Times,
    Unit,
    Where,
    WordList,
    Words,
    entities_within,
    terms_within,
)
from monitor.text.inflection import inflect_phrase
from tests.support.reference import World
from tests.support.writings import GUISES, WRITINGS
from tests.support.zones import Zone

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FIELDS = tuple(Field)

MIXED = "mixed"
SCRIPTS = (*WRITINGS, MIXED)

_JOINTS = ("-", "\n", ", ", ". ", "\u3000", " ", "\n\n", "・", "")
SOURCES = {
    "wire": Source("wire", "u", "Wire", timedelta(minutes=5), "en", "AFP", None, ("agency", "fast")),
    "desk": Source("desk", "u", "Desk", timedelta(minutes=5), None, "Desk & Co", None, ("local",)),
    "bare": Source("bare", "u", "Bare", timedelta(minutes=5)),
}
QUANTITIES = {
    "dead": ("{} dead", "{}명 사망", "{}人死亡", "{} погибших", "12 killed"),
    "magnitude": ("M{}.4", "magnitude {}", "규모 {}.1", "{}.2级", "Stärke {},5"),
    "percent": ("{}%", "{} percent"),
    "missiles": ("{} missiles", "{}발", "{} ракет", "five missiles"),
}
"""What may be counted, and how it is written."""
DAYS = (
    "Friday",
    "tomorrow",
    "5 May",
    "내일",
    "5월 3일",
    "明日",
    "周一",
    "5 марта",
    "В среду",
    "next week",
    "2026-01-05",
)
Piece = tuple[Field | None, str]
"""What is to stand in an article, and where (None: in title and text)."""

_KINDS = ("country", "person", "weapon")
_GROUPS = ("east-asia", "nuclear")


@dataclass(frozen=True)
class Batch:
    """Rules and articles that are held against each other, each with each."""

    script: str
    rules: tuple[Rule, ...]
    articles: tuple[Article, ...]
    world: World


def batch(seed: int, rules: int, articles: int) -> Batch:
    """The batch of a seed."""
    chance = Random(seed)
    script = SCRIPTS[seed % len(SCRIPTS)]
    maker = _Rules(chance, script)
    writer = _Articles(chance, maker)
    made = tuple(maker.rule(number) for number in range(rules))
    return Batch(script, made, tuple(writer.article(number, made) for number in range(articles)), maker.world)


class _Rules:
    """Rules of one batch, with the words, lists and entities that they share."""

    def __init__(self, chance: Random, script: str) -> None:
        self.chance = chance
        self.writings = chance.sample(list(WRITINGS.values()), 2) if script == MIXED else [WRITINGS[script]]
        if script not in {MIXED, "Latin"} and chance.random() < 0.1:
            self.writings.append(WRITINGS["Latin"])
        self.small = [Term(word) for writing in self.writings for word in chance.sample(writing.small, 4)]
        self.pool = [self.term(word) for each in self.writings for word in chance.sample(each.words, 6)]
        self.lists: dict[str, WordList] = {}  # while they are made, none names another
        self.lists = {name: self.word_list(name) for name in ("denials", "drills")}
        self.entities: dict[str, Entity] = {}
        for number in range(3):
            self.entities[f"e{number}"] = self.entity(number)
        own = self.some(self.pool) if self.maybe(0.5) else ()
        self.lists["both"] = WordList("both", own, lists=("drills",), entities=("e0", "e1")[: chance.randint(0, 2)])
        self.world = World(self.entities, self.lists, SOURCES)

    def maybe(self, likelihood: float) -> bool:
        return self.chance.random() < likelihood

    def some(self, terms: Sequence[Term], least: int = 1, most: int = 3) -> tuple[Term, ...]:
        return tuple(self.chance.sample(terms, min(len(terms), self.chance.randint(least, most))))

    # --- what rules share ---------------------------------------------------------------------------------------

    def term(self, text: str) -> Term:
        language = next(each for each in self.writings if text in each.words).languages
        return Term(text, self.chance.choice(language), self.maybe(0.1), self.maybe(0.5), self.maybe(0.3))

    def longer(self, term: Term, most: int = 1) -> Term:
        """A longer word that begins or ends with the term."""
        small = [each.text for each in self.chance.choices(self.small, k=self.chance.randint(1, most))]
        return Term(self.gap(term).join(self.chance.choice([(term.text, *small), (*small, term.text)])))

    def overlapping(self, term: Term) -> Term:
        """The end of the term, alone or with another word behind it."""
        gap = self.gap(term)
        pieces = term.text.split(gap) if gap else list(term.text)
        behind = self.chance.choice([[], [self.chance.choice(self.small).text]])
        return Term(gap.join([*pieces[len(pieces) // 2 :], *behind]))

    def gap(self, term: Term) -> str:
        return next((each.gap for each in self.writings if term.text in each.words), " ")

    def reach(self) -> Reach:
        by_list = self.lists and self.maybe(0.3)
        condition: Words | ListNamed = ListNamed("denials") if by_list else Words(self.some(self.small))
        return Reach(self.chance.choice([0, 1, 3, 5, 99]), condition)

    def word_list(self, name: str) -> WordList:
        terms = self.some([*self.pool, *self.small])
        before = self.reach() if self.maybe(0.5) else None
        after = self.reach() if self.maybe(0.5) else None
        more = (self.reach(),) if self.maybe(0.2) else ()
        return WordList(name, terms, before, after, more_before=more, more_after=more)

    def entity(self, number: int) -> Entity:
        sure, names = self.some(self.pool), self.some([*self.pool, *self.small])
        if self.maybe(0.5):
            names += (self.overlapping(self.chance.choice(sure)),)
        never = tuple(self.longer(self.chance.choice(sure + names)) for _ in range(2)) if self.maybe(0.4) else ()
        titles = self.some(self.small) if self.maybe(0.4) else ()
        maybe = Maybe(names, self.counts_if(number)) if self.maybe(0.7) else None
        groups = tuple(group for group in _GROUPS if self.maybe(0.5))
        kind, of = self.chance.choice(_KINDS), "e0" if self.maybe(0.5) else None
        return Entity(f"e{number}", kind, kind, sure, maybe, never, titles, groups, of=of)

    def counts_if(self, number: int) -> CountsIf:
        near = where = None
        seen = self.maybe(0.5)
        if self.maybe(0.5):
            others: list[Condition] = [EntityNamed(f"e{each}") for each in range(number)]
            context = self.chance.choice([Words(self.some(self.small)), ListNamed("drills"), *others])
            near = self.near((context,))
        if (not seen and near is None) or self.maybe(0.2):
            where = self.where()
        return CountsIf(seen, seen and self.maybe(0.5), near, where)

    def near(self, conditions: tuple[Condition, ...], *, in_order: bool = False) -> Near:
        within = self.chance.choice(["words", "words", Unit.SENTENCE, Unit.PARAGRAPH])
        if isinstance(within, Unit):
            return Near(conditions, None, within, in_order)
        return Near(conditions, self.chance.choice([0, 1, 2, 3, 5, 20]), Unit.SENTENCE, in_order)

    # --- conditions ---------------------------------------------------------------------------------------------

    def leaf(self) -> Condition:
        """Words, a list, an entity, a group or a pattern, with or without what is to be ignored."""
        makers: list[Callable[[], Condition]] = [
            lambda: Words(self.some(self.pool)),
            lambda: ListNamed(self.chance.choice(list(self.lists))),
            lambda: EntityNamed(self.chance.choice(list(self.entities))),
            self.group,
            self.pattern,
            self.quantity,
        ]
        made = self.chance.choice([makers[0], makers[0], *makers])()
        return Ignoring(made, self.ignore()) if self.maybe(0.25) else made

    def group(self) -> GroupNamed:
        kind, group = self.chance.choice([*_KINDS, None]), self.chance.choice([*_GROUPS, None])
        of = "e0" if self.maybe(0.3) else None
        return GroupNamed(kind, group, of) if kind or group or of else GroupNamed(None, _GROUPS[0])

    def pattern(self) -> Pattern:
        word = unicodedata.normalize("NFKC", self.chance.choice(self.pool).text.strip("*").split("*")[0].strip())
        wanted = [
            word,
            word[1:] or word,
            rf"\b{word}",
            f"{word}\\w*",
            f"{word[0]}.?{word[-1]}",
            f"{word}.{{0,8}}{word}",
        ]
        wanted += [f"({word}|{self.chance.choice(self.small).text})+", f"({word})*"]
        return Pattern(self.chance.choice(wanted), self.maybe(0.5))

    def quantity(self) -> Condition:
        """A number or a day: rarely, for they have no words."""
        if self.maybe(0.5):
            return DayNamed()
        bounds = {key: float(self.chance.randint(2, 9)) for key in ("at_least", "below") if self.maybe(0.5)}
        return NumberNamed(self.chance.choice(list(QUANTITIES)), **bounds)

    def ignore(self) -> Ignore:
        """At least one way to ignore, often several."""
        chosen = {kind for kind in ("inside", "list", "before", "after") if self.maybe(0.4)} or {"inside"}
        terms = tuple(self.longer(self.chance.choice(self.pool)) for _ in range(3)) if "inside" in chosen else ()
        return Ignore(
            terms,
            (self.chance.choice(list(self.lists)),) if "list" in chosen else (),
            self.reach() if "before" in chosen else None,
            self.reach() if "after" in chosen else None,
        )

    def countable(self) -> Condition:
        """What `near` and `times` take: a leaf, or any of those."""
        if self.maybe(0.25):
            return AnyOf(tuple(self.named(self.leaf()) for _ in range(self.chance.randint(1, 3))))
        return self.leaf()

    def several(self, depth: int = 1) -> Condition:
        """What else `near` takes: all of some, another near, and any of those."""
        parts = [self.named(self.leaf()) for _ in range(self.chance.randint(1, 2))]
        if depth and self.maybe(0.4):
            return AnyOf((*parts, self.several(0)))
        if self.maybe(0.5):
            return AllOf(tuple(parts))
        in_order, share = self.maybe(0.3), self.maybe(0.3)
        inner = self.near((*parts, self.named(self.countable())), in_order=in_order)
        return replace(inner, may_share_words=share and not in_order)

    def named(self, condition: Condition) -> Condition:
        return Named(self.chance.choice(["who", "what"]), condition) if self.maybe(0.2) else condition

    def condition(self, depth: int = 2) -> Condition:
        return self.named(self.within_field(self.bare(depth)))

    def within_field(self, condition: Condition) -> Condition:
        return In(self.chance.choice(FIELDS), condition) if self.maybe(0.15) else condition

    def bare(self, depth: int) -> Condition:
        kind = self.chance.choice(["leaf", "near", "near", "times", *(("all", "any") if depth else ())])
        if kind == "near":
            members = [self.countable() for _ in range(self.chance.choice([2, 2, 2, 3, 4]))]
            if len(members) < 4 and self.maybe(0.4):  # the reference tries each place with each
                members[-1] = self.several()
            if isinstance(members[0], Words) and self.maybe(0.5):  # two that begin or end together
                members.insert(1, Words((self.longer(members[0].terms[0], 4),)))
            in_order, share = self.maybe(0.3), self.maybe(0.3)
            made = self.near(tuple(map(self.named, members)), in_order=in_order)
            return replace(made, may_share_words=share and not in_order)
        if kind == "times":
            return Times(self.chance.choice([2, 2, 3]), self.countable())
        if kind in {"all", "any"}:
            parts = tuple(self.condition(depth - 1) for _ in range(self.chance.randint(1, 3)))
            if self.maybe(0.3):  # beside something that is the evidence
                unwanted = Not(self.condition(depth - 1))
                return AllOf((*parts, AnyOf((unwanted, self.leaf())) if self.maybe(0.3) else unwanted))
            return AllOf(parts) if kind == "all" else AnyOf(parts)
        return self.leaf()

    # --- a rule -------------------------------------------------------------------------------------------------

    def where(self, *, inner: bool = False) -> Where:
        values = {
            "languages": ("en", "ko", "zh", "ja", "ru"),
            "sources": ("wire", "desk", "stray"),
            "tags": ("agency", "local", "fast"),
            "publishers": ("AFP", "Desk & Co"),
        }
        likelihood = 0.2 if inner else 0.3
        given = {
            key: tuple(self.chance.sample(those, self.chance.randint(1, 2))) if self.maybe(likelihood) else ()
            for key, those in values.items()
        }
        excluded = None if inner or not self.maybe(0.4) else self.where(inner=True)
        return Where(**given, unknown=inner or self.maybe(0.7), excluded=excluded)

    def changes(self, levels: list[Level]) -> tuple[LevelChange, ...]:
        return tuple(LevelChange(level, self.condition(0)) for level in levels if self.maybe(0.7))

    def rule(self, number: int) -> Rule:
        return Rule(
            f"r{number}",
            f"Rule {number}",
            Level.MEDIUM,
            self.condition(),
            "v1",
            status=RuleStatus.SHADOW if self.maybe(0.1) else RuleStatus.LIVE,
            unless=self.condition(1) if self.maybe(0.12) else None,
            where=self.where() if self.maybe(0.15) else None,
            raises=self.changes([Level.HIGH, Level.CRITICAL]) if self.maybe(0.2) else (),
            lowers=self.changes([Level.LOW, Level.INFO]) if self.maybe(0.2) else (),
            news_in=self.chance.choices(list(NewsIn), [10, 25, 55, 10])[0],
            title_has_some=self.maybe(0.1),
            mention_if=self.condition(0) if self.maybe(0.15) else None,
            mention=self.condition(1) if self.maybe(0.2) else None,
        )


class _Articles:
    """Articles in which words of the rules stand, in many guises."""

    def __init__(self, chance: Random, maker: _Rules) -> None:
        self.chance, self.maker = chance, maker

    def article(self, number: int, rules: Sequence[Rule]) -> Article:
        chance = self.chance
        wanted = chance.sample(rules, chance.choice([0, 1, 2, 2, 3, 4]))
        planted = [piece for rule in wanted for piece in self.plan(self.planted(rule))]
        anywhere = [text for field, text in planted if field is None]
        loose = [self.surface(term) for term in chance.choices(self.maker.pool, k=chance.randint(0, 4))]
        aside = loose[:2] if chance.random() < 0.3 else []
        shown = {
            Field.TITLE: chance.choice([anywhere, anywhere, loose, []]),
            Field.LEAD: chance.choice([anywhere, anywhere, loose]),
            Field.TEXT: anywhere,
            **dict.fromkeys((Field.AUTHOR, Field.TAGS, Field.URL), aside),
        }
        said = {field: [*texts, *(text for where, text in planted if where is field)] for field, texts in shown.items()}
        text = self.prose([*self.filler(0, 6), *said[Field.LEAD], *self.filler(0, 6)])
        if chance.random() < 0.35:
            text = self.deep(text) + self.prose(said[Field.TEXT])
        return Article(
            chance.choice(["wire", "wire", "desk", "bare", "stray", ""]),
            f"a{number}",
            self.prose([*self.filler(0, 3), *said[Field.TITLE], *self.filler(0, 2)]),
            text,
            NOON,
            NOON,
            url=f"https://x.test/{'-'.join(said[Field.URL])}" if chance.random() < 0.8 else None,
            language=chance.choice([None, "en", "zh-Hant", "ko", "ja", "ru", "th"]),
            authors=tuple(said[Field.AUTHOR]),
            tags=tuple(said[Field.TAGS]),
        )

    def planted(self, rule: Rule) -> Condition:
        """The condition by which the article is to meet the rule."""
        return rule.mention if rule.mention is not None and self.chance.random() < 0.5 else rule.condition

    def deep(self, text: str) -> str:
        """The text with so much behind it that what follows stands about where the lead ends, or farther down."""
        if self.chance.random() < 0.5:
            return text + self.prose(self.filler(25, 70))
        width = self.chance.choice([57, 58, 59, 60])
        while sum(Zone(text, prose=False).words) < width:
            text += self.prose(self.filler(1, 4))
        return text

    def filler(self, least: int, most: int) -> list[str]:
        words = [term.text for term in self.maker.small]
        return self.chance.choices(words, k=self.chance.randint(least, most))

    def prose(self, pieces: Sequence[str]) -> str:
        """The pieces one behind the other, in sentences and paragraphs."""
        writing = self.maker.writings[0]
        joints = self.chance.choices([(writing.gap,), writing.ends, _JOINTS], [80, 8, 12], k=len(pieces))
        return "".join(piece + self.chance.choice(joint) for piece, joint in zip(pieces, joints, strict=True))

    def plan(self, condition: Condition, field: Field | None = None) -> Iterator[Piece]:
        """Surfaces with which the condition may hold."""
        match condition:
            case Not():
                if self.chance.random() < 0.2:
                    yield from self.plan(condition.condition, field)
            case AllOf() | Near():
                for each in condition.conditions:
                    yield from self.plan(each, field)
                    yield from ((field, small) for small in self.filler(0, 1))
            case AnyOf():
                yield from self.plan(self.chance.choice(condition.conditions), field)
            case _:
                yield from self.plan_of_one(condition, field)

    def plan_of_one(self, condition: Condition, field: Field | None) -> Iterator[Piece]:
        """The same of a condition that has one inside it, or none."""
        match condition:
            case In():
                yield from self.plan(condition.condition, condition.field)
            case Named():
                yield from self.plan(condition.condition, field)
            case Ignoring():
                yield from self.plan(condition.condition, field)
                if condition.ignore.terms and self.chance.random() < 0.3:
                    yield field, self.surface(self.chance.choice(condition.ignore.terms))
            case Times():
                for _ in range(condition.times):
                    yield from self.plan(condition.condition, field)
            case NumberNamed() | DayNamed():
                yield field, self.quantity(condition)
            case _:
                yield from (
                    (field, self.surface(self.chance.choice(those))) for those in [self.terms(condition)] if those
                )

    def quantity(self, condition: NumberNamed | DayNamed) -> str:
        if isinstance(condition, DayNamed):
            return self.chance.choice(DAYS)
        return self.chance.choice(QUANTITIES[condition.of]).format(self.chance.randint(1, 9))

    def terms(self, condition: Condition) -> tuple[Term, ...]:
        match condition:
            case Words():
                return condition.terms
            case ListNamed():
                names = entities_within(named := self.maker.lists[condition.list], self.maker.lists)
                return terms_within(named, self.maker.lists) + tuple(
                    term for each in names for term in self.maker.entities[each].sure
                )
            case EntityNamed():
                return self.names(self.maker.entities[condition.entity])
            case Pattern():
                return tuple(self.maker.pool)
        return tuple(term for each in self.maker.entities.values() for term in self.names(each))

    def names(self, entity: Entity) -> tuple[Term, ...]:
        """Sure names most of all, and whatever else is written in an entity."""
        maybe = entity.maybe.terms if entity.maybe else ()
        longer = tuple(map(self.maker.longer, entity.sure))
        choices = [entity.sure, entity.sure + maybe, entity.sure + maybe, maybe + entity.never, maybe, longer]
        return self.chance.choice(choices)

    def surface(self, term: Term) -> str:
        """How a term stands in a text: as it is, or changed as newspapers, feeds and grammar change words."""
        chance = self.chance
        text = chance.choice(inflect_phrase(term.text, term.language))
        text = "".join(chance.choice(["", "s", "ы", "했다"]) if letter == "*" else letter for letter in text)
        if " " in text and chance.random() < 0.3:
            text = text.replace(" ", chance.choice(_JOINTS))
        if chance.random() < 0.3:
            text = chance.choice(GUISES)(text, chance)
        writing = next((each for each in self.maker.writings if term.text in each.words), WRITINGS["Latin"])
        head = chance.choice(writing.heads) if chance.random() < 0.06 else ""
        tail = chance.choice(writing.tails) if chance.random() < 0.16 else ""
        return head + text + tail
