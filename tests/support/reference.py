"""The reference evaluator: the rule language once more, slow and obviously right; the compiled set is held against it.

Every article is read word by word for every rule. There is no automaton and no index here, and nothing of
`monitor.matching`. Where a term stands in a text is for `zones`, all else is here.

Where the words of the language leave a choice, this is what was chosen:

- A hit stands in the sentence, and in the paragraph, in which it begins. What is `before` or `after` a hit is in its
  sentence if the two tokens that face each other are in one.
- Title, authors, tags and address are each one sentence and one paragraph. Several authors are one text, with commas.
- Of two hits that begin together the shorter one is "the first" that `near` measures from.
- An inner `in` wins over an outer one, and an inner `name`; but what is counted, and each member of `near`, has one
  name, whatever names stand inside.
- Only a word in Han or kana, or one in Latin letters that is no name of an entity, may be of a language that the
  article clearly is not in. Which those are, `monitor.text` says, which has tests of its own.
- An empty match of a pattern is no hit.
- What a number counts, and what names a day, `monitor.text` says; they stand in title and text.
- A list brings `ignore` its words, `before` and `after`; elsewhere, and within a `before` or `after`, its words alone.
- "Earlier" is: it ends before the maybe name begins, in the order title, text, author, tags, address.
- Words near a maybe name may overlap it, or be it.
- The source of an article is known if it has one, configured or not. Of a source without a publisher, that is unknown;
  a source without tags has none.
- The title alone meets a rule as if the article had neither text nor authors, tags and address, in its language.
- What the news limit showed and `mention_if` made a mention asks for its level within the news limit.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise, product
from typing import NamedTuple

import re2

from monitor.model import (
    COUNTABLE,
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
    ListNamed,
    Match,
    MatchKind,
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
    Span,
    Term,
    Times,
    Unit,
    Where,
    WordList,
    Words,
)
from monitor.text.days import find_days
from monitor.text.language_detection import ruled_out_latin_languages
from monitor.text.numbers import find_numbers
from monitor.text.primary_language import language_of, ruled_out_languages
from monitor.text.scripts import HAN, KANA, script_of
from tests.support.zones import Zone

LEVELS = list(Level)
PROSE = (Field.TITLE, Field.TEXT)
LEAD = 60.0  # words
PATTERN_HITS = 100  # of a pattern in one zone
NUMBERED = 20_000  # characters


class Hit(NamedTuple):
    """Something stands at a zone's tokens from `first` up to `end`."""

    zone: Field
    first: int
    end: int
    term: str = ""
    node: str = ""

    @property
    def place(self) -> tuple[Field, int, int]:
        return self.zone, self.first, self.end

    def inside(self, other: Hit) -> bool:
        return self.zone is other.zone and other.first <= self.first and self.end <= other.end


Counts = Callable[[Hit], bool]


@dataclass(frozen=True)
class World:
    """All that a rule may ask of besides the article."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    lists: Mapping[str, WordList] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()  # those that run


class Reading:
    """One article, read for any rule."""

    def __init__(self, article: Article, world: World) -> None:
        self.article, self.world = article, world
        self.zones = {
            Field.TITLE: Zone(article.title, prose=False),
            Field.TEXT: Zone(article.text, prose=True),
            Field.AUTHOR: Zone(", ".join(article.authors), prose=False),
            Field.TAGS: Zone(", ".join(article.tags), prose=False),
            Field.URL: Zone(article.url or "", prose=False),
        }
        self._terms: dict[tuple[Term, bool], list[Hit]] = {}
        self._standing: dict[Condition, list[Hit]] = {}
        self._caught: dict[Rule, tuple[Condition, NewsIn] | None] = {}

    # --- a rule -------------------------------------------------------------------------------------------------

    def verdict(self, rule: Rule) -> tuple[MatchKind, Level] | None:
        """As what the article meets the rule, and how much that matters; None: it does not."""
        if rule.where is not None and not self.looked_at(rule.where):
            return None
        if rule.unless is not None and self.holds(rule.unless, self.within(NewsIn.TEXT)):
            return None
        caught = self.caught(rule)
        if caught is None:
            return None
        by, limit = caught
        within = self.within(limit)
        news = by is rule.condition and limit is rule.news_in and not self.title_has_none(rule)
        mention = not news or (rule.mention_if is not None and self.holds(rule.mention_if, within))
        return MatchKind.MENTION if mention else MatchKind.NEWS, self.level(rule, within)

    def caught(self, rule: Rule) -> tuple[Condition, NewsIn] | None:
        """Which condition meets the article, and how far into it the evidence may reach: its match as far as news may,
        else anywhere; else its mention, anywhere. None: it is not met."""
        if rule not in self._caught:
            self._caught[rule] = self._catch(rule)
        return self._caught[rule]

    def _catch(self, rule: Rule) -> tuple[Condition, NewsIn] | None:
        asked = [(rule.condition, NewsIn.TEXT)]
        asked += [] if rule.mention is None else [(rule.mention, NewsIn.TEXT)]
        other = rule.news_in is NewsIn.ABOUT and self.is_about_another(rule)
        if not other and not self.title_has_none(rule):
            asked.insert(0, (rule.condition, rule.news_in))
        return next((each for each in asked if self.holds(each[0], self.within(each[1]))), None)

    def is_about_another(self, rule: Rule) -> bool:
        """Whether the title does not meet the rule, and its title alone meets another one that is live."""
        if self.holds(rule.condition, self.within(NewsIn.TITLE)):
            return False
        others = [each for each in self.world.rules if each.status is RuleStatus.LIVE and each.id != rule.id]
        return any(self.title_alone.holds(each.condition, lambda _: True) for each in others)

    @cached_property
    def title_alone(self) -> Reading:
        """The article read as if it had only its title, in its language."""
        alone = Reading(self.article, self.world)
        alone.zones |= {name: Zone("", prose=False) for name in self.zones if name is not Field.TITLE}
        return alone

    def title_has_none(self, rule: Rule) -> bool:
        """Whether the rule wants something of its match in the title, and nothing is."""
        return rule.title_has_some and not self.has_some(rule.condition, lambda hit: hit.zone is Field.TITLE)

    def level(self, rule: Rule, counts: Counts) -> Level:
        """The highest raise that holds, else the lowest lower that holds, else the rule's own."""
        raised = [change.to for change in rule.raises if self.holds(change.condition, counts)]
        lowered = [change.to for change in rule.lowers if self.holds(change.condition, counts)]
        if raised:
            return max(raised, key=LEVELS.index)
        return min(lowered, key=LEVELS.index) if lowered else rule.level

    def faults(self, rule: Rule, match: Match) -> list[str]:
        """What is wrong with the evidence of a match: it must be of hits that count, and be enough by itself."""
        caught = self.caught(rule)
        assert caught is not None
        by, limit = caught
        within = self.within(limit)
        counted = {self.span(hit) for hit in self.hits(by) if within(hit)}
        wrong = [f"{span} does not count" for span in match.evidence if span not in counted]
        if not self.holds(by, lambda hit: within(hit) and self.span(hit) in match.evidence):
            wrong.append("the evidence is not enough")
        if len(set(match.evidence)) < len(match.evidence):
            wrong.append("a span stands twice")
        return wrong

    def span(self, hit: Hit) -> Span:
        zone = self.zones[hit.zone]
        start, end = zone.offsets.to_original(zone.spans[hit.first][0], zone.spans[hit.end - 1][1])
        return Span(hit.zone, start, end, zone.text[start:end], hit.term, hit.node)

    # --- which hits count -----------------------------------------------------------------------------------------

    def within(self, limit: NewsIn) -> Counts:
        """The hits that a limit lets through: those in the text up to there, and all that are elsewhere."""
        counts: dict[NewsIn, Counts] = {
            NewsIn.TITLE: lambda _: False,
            NewsIn.ABOUT: lambda hit: self.in_lead(hit) and self.zones[hit.zone].sentence[hit.end - 1] == 1,
            NewsIn.LEAD: self.in_lead,
            NewsIn.TEXT: lambda _: True,
        }
        return lambda hit: hit.zone is not Field.TEXT or counts[limit](hit)

    def in_lead(self, hit: Hit) -> bool:
        return sum(self.zones[Field.TEXT].words[: hit.end]) <= LEAD

    def in_field(self, hit: Hit, wanted: Field | None) -> bool:
        if wanted is None:
            return hit.zone in PROSE
        if wanted is Field.LEAD:
            return hit.zone is Field.TEXT and self.in_lead(hit)
        return hit.zone is wanted

    # --- conditions -----------------------------------------------------------------------------------------------

    def holds(self, condition: Condition, counts: Counts, field: Field | None = None, node: str = "") -> bool:
        """Whether the condition holds with the hits that count."""
        match condition:
            case Named():
                return self.holds(condition.condition, counts, field, condition.name)
            case In():
                return self.holds(condition.condition, counts, condition.field, node)
            case AllOf() | AnyOf():
                quantified = all if isinstance(condition, AllOf) else any
                return quantified(self.holds(each, counts, field, node) for each in condition.conditions)
            case Not():
                return not self.hold_anywhere(condition.condition, field, node)
            case Near():
                choices = (chosen for way in ways(condition) for chosen in self.choices(way, field, node, counts))
                return any(self.together(chosen, condition) for chosen in choices)
        hits = list(filter(counts, self.hits(condition, field, node)))
        return apart(hits) >= (condition.times if isinstance(condition, Times) else 1)

    def has_some(self, condition: Condition, counts: Counts, field: Field | None = None) -> bool:
        """Whether a part of the condition has a hit that counts, but what must not be there."""
        match condition:
            case Named():
                return self.has_some(condition.condition, counts, field)
            case In():
                return self.has_some(condition.condition, counts, condition.field)
            case AllOf() | AnyOf():
                return any(self.has_some(each, counts, field) for each in condition.conditions)
            case Near():
                members = (each for way in ways(condition) for each in way)
                return any(counts(hit) for each in members for hit in self.counted(each, field, "", lambda _: True))
            case Not():
                return False
        return any(map(counts, self.hits(condition, field)))

    def choices(
        self, members: tuple[Condition, ...], field: Field | None, node: str, counts: Counts
    ) -> Iterator[tuple[Hit, ...]]:
        """A hit of each member, all in one zone, in every way."""
        counted = [self.counted(each, field, node, counts) for each in members]
        for zone in self.zones:
            yield from product(*([hit for hit in hits if hit.zone is zone] for hits in counted))

    def counted(self, member: Condition, field: Field | None, node: str, counts: Counts) -> list[Hit]:
        """The hits that count of a member of a near; of a near in it, from the first to the last word of a choice."""
        match member:
            case Named():
                return self.counted(member.condition, field, member.name, counts)
            case AnyOf():  # what one of several is called does not count
                parts = map(unnamed, member.conditions)
                return [hit for each in parts for hit in self.counted(each, field, node, counts)]
            case Near():  # nor what its members are
                inner = (tuple(map(unnamed, way)) for way in ways(member))
                choices = (chosen for way in inner for chosen in self.choices(way, field, node, counts))
                return sorted({spanned(chosen) for chosen in choices if self.together(chosen, member)})
        return list(filter(counts, self.alike(member, field, node)))

    def hold_anywhere(self, condition: Condition, field: Field | None, node: str) -> bool:
        return self.holds(condition, self.within(NewsIn.TEXT), field, node)

    def hits(self, condition: Condition, field: Field | None = None, node: str = "") -> list[Hit]:
        """All hits of a condition that count in the whole article, within a field (none: title and text)."""
        match condition:
            case Named():
                return self.hits(condition.condition, field, condition.name)
            case In():
                return self.hits(condition.condition, condition.field, node)
            case Times():
                return self.alike(condition.condition, field, node)
            case Near():
                return [hit for way in ways(condition) for each in way for hit in self.alike(each, field, node)]
            case AllOf() | AnyOf():
                return [hit for each in condition.conditions for hit in self.hits(each, field, node)]
        standing = [] if isinstance(condition, Not) else self.standing(condition)
        return [hit._replace(node=node) for hit in standing if self.in_field(hit, field)]

    def alike(self, condition: Condition, field: Field | None, node: str) -> list[Hit]:
        """The hits of a condition, all under its own name or, where it has none, that of what it is a part of."""
        while isinstance(condition, Named):
            node, condition = condition.name, condition.condition
        return [hit._replace(node=node) for hit in self.hits(condition, field)]

    def standing(self, condition: Condition) -> list[Hit]:
        """Where words, a list, an entity, a group or a pattern stand, in all zones."""
        if condition not in self._standing:
            self._standing[condition] = self._look(condition)
        return self._standing[condition]

    def _look(self, condition: Condition) -> list[Hit]:
        match condition:
            case Words():
                return self.terms(condition.terms)
            case ListNamed():
                return self.in_list(self.world.lists[condition.list])
            case EntityNamed() | GroupNamed():
                entities = self.world.entities.values()
                return [hit for each in entities if belongs(each, condition) for hit in self.entity(each)]
            case Pattern():
                return [hit for zone in self.zones for hit in self.pattern(zone, condition)]
            case NumberNamed() | DayNamed():
                return [hit for zone in PROSE for hit in self.quantity(zone, condition)]
            case Ignoring():
                return self.outside_ignored(self.standing(condition.condition), condition.ignore)
        raise TypeError(condition)

    def together(self, chosen: tuple[Hit, ...], near: Near) -> bool:
        if len({hit.zone for hit in chosen}) > 1:
            return False
        if not near.may_share_words and any(after.first < before.end for before, after in pairwise(sorted(chosen))):
            return False
        if near.in_order and any(after.first < before.end for before, after in pairwise(chosen)):
            return False
        zone = self.zones[chosen[0].zone]
        if near.words is None:
            numbers = zone.sentence if near.unit is Unit.SENTENCE else zone.paragraph
            return len({numbers[hit.first] for hit in chosen}) == 1
        ordered = sorted(chosen)
        return between(ordered[0], ordered[-1], zone) <= near.words

    def outside_ignored(self, hits: list[Hit], ignore: Ignore) -> list[Hit]:
        """Those of the hits that nothing ignores."""
        lists = [one for each in ignore.lists for one in self.lists_in(self.world.lists[each])]
        swallowing = self.terms(ignore.terms) + [hit for each in lists for hit in self.in_list(each)]
        before = [ignore.before, *(one for each in lists for one in (each.before, *each.more_before))]
        after = [ignore.after, *(one for each in lists for one in (each.after, *each.more_after))]
        words_before = [(each, word) for each in before if each for word in self.standing(each.condition)]
        words_after = [(each, word) for each in after if each for word in self.standing(each.condition)]
        return [
            hit
            for hit in outside(hits, swallowing)
            if not any(self.reaches(word, hit, each) for each, word in words_before)
            and not any(self.reaches(hit, word, each) for each, word in words_after)
        ]

    def reaches(self, left: Hit, right: Hit, reach: Reach) -> bool:
        zone = self.zones[left.zone]
        return (
            left.zone is right.zone
            and left.end <= right.first
            and zone.sentence[left.end - 1] == zone.sentence[right.first]
            and between(left, right, zone) <= reach.words
        )

    # --- what stands where ------------------------------------------------------------------------------------------

    def in_list(self, words: WordList) -> list[Hit]:
        """Where a list's words stand, and what belongs to it."""
        hits = self.terms(words.terms)
        for each in words.lists:
            hits += self.in_list(self.world.lists[each])
        for each in words.entities:
            hits += self.entity(self.world.entities[each])
        return sorted(set(hits))

    def lists_in(self, words: WordList) -> list[WordList]:
        """A list, and those that belong to it, at any depth."""
        return [words, *(deeper for each in words.lists for deeper in self.lists_in(self.world.lists[each]))]

    def terms(self, terms: tuple[Term, ...] | list[Term], *, names: bool = False) -> list[Hit]:
        return [hit for term in terms for hit in self.term(term, names)]

    def term(self, term: Term, is_name: bool = False) -> list[Hit]:
        if (term, is_name) not in self._terms:
            zones = {} if self.is_of_other_language(term, is_name) else self.zones
            places = [
                (name, *place) for name, zone in zones.items() for place in sorted(zone.found(term, is_name=is_name))
            ]
            self._terms[term, is_name] = [Hit(name, first, end, term.text) for name, first, end in places]
        return self._terms[term, is_name]

    def is_of_other_language(self, term: Term, is_name: bool) -> bool:
        language = term.language.split("-")[0].lower()
        if HAN.search(term.text) or KANA.search(term.text):
            return language in self.ruled_out
        scripts = {script_of(letter).name for letter in term.text if letter.isalpha()}
        return scripts == {"Latin"} and not is_name and language in self.ruled_out_latin

    @cached_property
    def ruled_out(self) -> Container[str]:
        return ruled_out_languages(self.article.title, self.article.text)

    @cached_property
    def ruled_out_latin(self) -> Container[str]:
        return ruled_out_latin_languages(self.article.title, self.article.text)

    def pattern(self, name: Field, pattern: Pattern) -> list[Hit]:
        options = re2.Options()
        options.case_sensitive = pattern.exact
        zone = self.zones[name]
        matches = islice(re2.compile(pattern.pattern, options).finditer(zone.record), PATTERN_HITS)
        return self.touched(name, {match.span() for match in matches if match.group()}, pattern.pattern)

    def quantity(self, name: Field, condition: NumberNamed | DayNamed) -> list[Hit]:
        """Where numbers or days stand."""
        if isinstance(condition, NumberNamed):
            return sorted({hit for hit, _ in self.numbers(name, condition)})
        return self.touched(name, find_days(self.zones[name].record[:NUMBERED], self.language), str(condition))

    def numbers(self, name: Field, condition: NumberNamed) -> list[tuple[Hit, float]]:
        """Where such numbers stand, each with its value."""
        kind, unit = COUNTABLE[condition.of]
        found = find_numbers(self.zones[name].record[:NUMBERED], "", self.language)
        asked = [
            each
            for each in found
            if each.kind == kind and unit in {"", each.unit} and condition.is_in_bounds(each.value)
        ]
        said = str(condition)
        return [(hit, one.value) for one in asked for hit in self.touched(name, [(one.start, one.end)], said)]

    @cached_property
    def language(self) -> str | None:
        return language_of(self.article.title, self.article.text, self.article.language)

    def touched(self, name: Field, spans: Iterable[tuple[int, int]], said: str) -> list[Hit]:
        """The tokens of a zone that each of these spans touches, as hits."""
        numbered = list(enumerate(self.zones[name].spans))
        each = [[i for i, (a, b) in numbered if a < end and start < b] for start, end in spans]
        return sorted({Hit(name, tokens[0], tokens[-1] + 1, said) for tokens in each if tokens})

    def entity(self, entity: Entity) -> list[Hit]:
        never = self.terms(entity.never, names=True)
        sure = outside(self.terms(entity.sure, names=True), never)
        if entity.maybe is None:
            return sure
        titles = self.terms(entity.titles, names=True)
        maybe = outside(self.terms(entity.maybe.terms, names=True), [*never, *sure])
        alone = [hit for hit in maybe if not any(touch(hit, title) for title in titles)]
        return sure + [hit for hit in alone if self.counts(hit, sure, entity.maybe.counts_if)]

    def counts(self, name: Hit, sure: list[Hit], counts_if: CountsIf) -> bool:
        """Whether a maybe name counts."""
        near, where, order = counts_if.near, counts_if.where, list(self.zones).index
        seen = [hit for hit in sure if hit.zone in PROSE]
        if counts_if.earlier:
            seen = [hit for hit in seen if (order(hit.zone), hit.end) <= (order(name.zone), name.first)]
        context = [] if near is None else self.standing(near.conditions[0])
        return (
            (counts_if.sure_seen and seen != [])
            or any(overlap(hit, name) or self.together((name, hit), near) for hit in context if near)
            or (where is not None and self.looked_at(where))
        )

    def looked_at(self, where: Where) -> bool:
        """Whether the article is one of those."""
        source = self.world.sources.get(self.article.source)
        language = self.language
        had: dict[str, set[str] | None] = {
            "languages": {language} if language else None,
            "sources": {self.article.source} if self.article.source else None,
            "tags": set(source.tags) if source else None,
            "publishers": {source.publisher} if source and source.publisher else None,
        }
        for key, values in had.items():
            wanted, unwanted = set(getattr(where, key)), set(getattr(where.excluded, key, ()))
            if wanted and (not where.unknown if values is None else wanted.isdisjoint(values)):
                return False
            if values is not None and not unwanted.isdisjoint(values):
                return False
        return True


def ways(near: Near) -> list[tuple[Condition, ...]]:
    """The members of a near, in each way in which they can be: `all` stands for each of its parts."""
    return [sum(way, ()) for way in product(*map(members, near.conditions))]


def members(condition: Condition) -> list[tuple[Condition, ...]]:
    match condition:
        case Named():
            return [tuple(Named(condition.name, each) for each in way) for way in members(condition.condition)]
        case AllOf():
            return [sum(way, ()) for way in product(*map(members, condition.conditions))]
        case AnyOf():  # one thing of several, and each that is all of some
            single = tuple(part for part in condition.conditions if is_one(part))
            several = [way for part in condition.conditions if not is_one(part) for way in members(part)]
            return [*([(AnyOf(single),)] if single else []), *several]
    return [(condition,)]


def is_one(condition: Condition) -> bool:
    """Whether no `all` is in it."""
    if isinstance(condition, AnyOf):
        return all(map(is_one, condition.conditions))
    return is_one(condition.condition) if isinstance(condition, Named) else not isinstance(condition, AllOf)


def between(left: Hit, right: Hit, zone: Zone) -> float:
    """The words between two hits; of hits that overlap there are none."""
    return sum(zone.words[left.end : right.first])


def apart(hits: list[Hit]) -> int:
    """How many of the hits do not overlap."""
    count, last = 0, None
    for hit in sorted(hits, key=lambda hit: (hit.zone, hit.end)):
        if last is None or last.zone is not hit.zone or last.end <= hit.first:
            count, last = count + 1, hit
    return count


def outside(hits: list[Hit], others: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if not any(map(hit.inside, others))]


def unnamed(condition: Condition) -> Condition:
    return unnamed(condition.condition) if isinstance(condition, Named) else condition


def spanned(chosen: tuple[Hit, ...]) -> Hit:
    return Hit(chosen[0].zone, min(hit.first for hit in chosen), max(hit.end for hit in chosen))


def overlap(one: Hit, other: Hit) -> bool:
    return one.zone is other.zone and one.first < other.end and other.first < one.end


def touch(name: Hit, title: Hit) -> bool:
    return name.zone is title.zone and (title.end == name.first or name.end == title.first)


def belongs(entity: Entity, named: EntityNamed | GroupNamed) -> bool:
    if isinstance(named, EntityNamed):
        return entity.id == named.entity
    in_group = named.group is None or named.group in entity.groups
    return in_group and named.kind in {None, entity.kind} and named.of in {None, entity.of}
