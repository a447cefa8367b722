"""How to prevent the next merge or split by hand: which change of a rule or an entity would have decided as the person
did. Each change is tried: the articles come again, by the changed files, and only what works is advised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice, product
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.cases import build_event_report, identity_features
from monitor.config.loading.compiled import compile_for_article, compile_loaded
from monitor.config.loading.load import shipped_entities
from monitor.identity.by_conditions import find_differing_conditions
from monitor.identity.clusters import ClusterIndex
from monitor.identity.compare import FactKind, find_scenes, has_place_of
from monitor.identity.decide import SamenessDecision, decide_on_story
from monitor.identity.events import RuleArticle, compare_with_events, new_event
from monitor.identity.facts import ENTITY, NameFact, do_names_agree
from monitor.identity.features import ArticleFeatures
from monitor.lab.identity_scoring import judge_pair
from monitor.matching import RuleSet
from monitor.model import (
    EVENT_OPEN_FOR,
    AllOf,
    AnyOf,
    Article,
    Condition,
    Config,
    Entity,
    IdentityMarkKind,
    Ignoring,
    In,
    Named,
    Near,
    OncePer,
    Rule,
    Story,
    Term,
)
from monitor.model.leaf_conditions import EntityNamed, ListNamed, Words
from monitor.model.rules import GroupNamed
from monitor.places.gazetteer import get_place_level
from monitor.places.records import COUNTRY, DIVISION
from monitor.store.engine.database import Database
from monitor.store.queries.identity_marks import IdentityMarkQueries, MarkedPair
from monitor.wording.quantities import format_count

_MAX_CHANGES = 2
_DAY = timedelta(days=1)
_NEW_NAME = "which"  # for a condition without a name


@dataclass(frozen=True, slots=True)
class IdentityAdvice:
    """What a person can learn from a merge or a split.

    cause    why the program had decided otherwise, in words
    changes  what would have made it decide so, each alone; empty if nothing that people can write would
    """

    kind: IdentityMarkKind
    cause: str
    changes: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, str]:
        """The advice in words."""
        is_merge = self.kind is IdentityMarkKind.MERGE
        first = f"They were {'kept apart' if is_merge else 'joined'}: {self.cause}."
        what = "join the next ones" if is_merge else "keep the next ones apart"
        if not self.changes:
            return first, f"No condition of a rule and no entity would {what}."
        return first, f"To {what}, {'; or '.join(self.changes)}."


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the files, in words. `rule`: the one whose events are compared then; None: stories are."""

    words: str
    config: Config
    rule: str | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A pair that was merged or split. `ours`: the features of the later articles; `theirs`: of the earlier ones.
    `reports`: for events, both sides as their rule sees them."""

    config: Config
    pair: MarkedPair
    ours: tuple[ArticleFeatures, ...]
    theirs: tuple[ArticleFeatures, ...]
    reports: tuple[tuple[RuleArticle, ...], tuple[RuleArticle, ...]]

    @property
    def rule(self) -> Rule | None:
        return None if self.pair.rule is None else self.config.rules[self.pair.rule]

    @property
    def articles(self) -> tuple[Article, ...]:
        return (*self.pair.first, *self.pair.second)

    def change_alert(self, words: str, rule: Rule, **changes: Any) -> _Change:  # noqa: ANN401 - fields of AlertPolicy
        rule = replace(rule, alert=replace(rule.alert, **changes))
        return _Change(words, replace(self.config, rules={**self.config.rules, rule.id: rule}), rule.id)

    def change_entities(self, words: str, *entities: Entity) -> _Change:
        changed = {entity.id: entity for entity in entities}
        return _Change(words, replace(self.config, entities={**self.config.entities, **changed}), self.pair.rule)

    def find_entity(self, name: NameFact) -> Entity | None:
        id_ = name.key.removeprefix(ENTITY)
        return None if id_ == name.key else self.config.entities.get(id_) or shipped_entities().get(id_)


def find_advice(database: Database, config: Config, id_: str, other: str) -> IdentityAdvice | None:
    """How to prevent the next one like the last merge or split of these two. None: the articles or the rule have gone,
    or today's program and rules agree with the person already."""
    pair = IdentityMarkQueries(database).load_pair(id_, other)
    kind = pair.mark.kind
    wanted = kind is IdentityMarkKind.MERGE
    rules = _compile(config, pair.rule)
    context = DecisionContext(ZoneInfo(config.settings.timezone))
    if judge_pair(pair.first, pair.second, pair.rule, rules, context).is_joined is not (not wanted):
        return None
    question = _build_question(config, pair, rules)
    decision = _decide(question)
    changes = _find_joining(question, decision) if wanted else _find_separating(question)
    working = (
        change.words
        for change in changes
        if judge_pair(pair.first, pair.second, change.rule, _compile(change.config, change.rule), context).is_joined
        is wanted
    )
    return IdentityAdvice(kind, decision.reason, tuple(islice(dict.fromkeys(working), _MAX_CHANGES)))


def _compile(config: Config, rule: str | None) -> RuleSet:
    """The rules that decide on events of a rule; none for stories, which the entities alone change."""
    asked = config.rules.get(rule or "")
    if asked is None:
        return compile_loaded((), config)
    return compile_loaded(config.rules.values() if asked.depends_on_other_rules else (asked,), config)


def _build_question(config: Config, pair: MarkedPair, rules: RuleSet) -> _Question:
    theirs, ours = sorted((pair.first, pair.second), key=lambda side: min(article.seen for article in side))
    reports = tuple(
        tuple(
            build_event_report(match, identity_features(article, rules), Story("", article.title, article.seen), rules)
            for article in side
            for match in rules.match(article)
            if match.rule == pair.rule
        )
        for side in (ours, theirs)
    )
    features = [tuple(identity_features(article, rules) for article in side) for side in (ours, theirs)]
    return _Question(config, pair, features[0], features[1], (reports[0], reports[1]))


def _decide(question: _Question) -> SamenessDecision:
    """The decision on the first of the later articles."""
    ours, theirs = question.reports
    if not ours or not theirs:
        return decide_on_story(question.ours[0], question.theirs)
    event = new_event(theirs[0])
    for report in theirs:
        event = event.joined_by(report.features, report.by_values)
    return compare_with_events(ours[0], [event], ClusterIndex())[0].decision


# --- to join the next ones --------------------------------------------------------------------------------------------


def _find_joining(question: _Question, decision: SamenessDecision) -> Iterator[_Change]:
    """Changes that may join the two, first those that touch the least."""
    yield from _drop_conditions(question)
    yield from _make_one_entity(question, decision)
    yield from _let_one_lie_in_the_other(question)
    seen = [article.seen for article in question.articles]
    days = -(-(max(seen) - min(seen)) // _DAY) or 1
    for rule in _find_rules(question):
        if rule.alert.once_per is OncePer.STORY:
            yield question.change_alert(f"write `once_per: event` in rule {rule.id}", rule, once_per=OncePer.EVENT)
        elif days * _DAY <= EVENT_OPEN_FOR:
            swallows = "then all that it finds in this time is one event, unless a fact or `by` keeps it apart"
            words = f"write `event_lasts: {format_count(days, 'day')}` in rule {rule.id} ({swallows})"
            yield question.change_alert(words, rule, event_lasts=days * _DAY)


def _drop_conditions(question: _Question) -> Iterator[_Change]:
    ours, theirs = question.reports
    differing = dict.fromkeys(
        name for a in ours for b in theirs for name in find_differing_conditions(a.by_values, b.by_values)
    )
    for name, rule in product(differing, _find_rules(question)):
        by = tuple(each for each in rule.alert.by if each != name)
        yield question.change_alert(f"take `{name}` out of the `by` of rule {rule.id}", rule, by=by)


def _make_one_entity(question: _Question, decision: SamenessDecision) -> Iterator[_Change]:
    """Both names that differ in one entity."""
    comparison = decision.comparison
    if comparison is None:
        return
    for fact in (*comparison.differing_facts, *comparison.doubtful_facts):
        if fact.kind not in (FactKind.NAME, FactKind.WORDING):
            continue
        names = [
            _find_name(text, features)
            for text, features in ((fact.ours, comparison.article), (fact.theirs, comparison.other))
        ]
        if names[0] is None or names[1] is None:
            continue
        entities = [question.find_entity(name) for name in names if name is not None]
        known = [entity for entity in entities if entity is not None]
        terms = [Term(names[0].text, comparison.article.language), Term(names[1].text, comparison.other.language)]
        both = " and ".join(f"“{term.text}”" for term in terms)
        if len(known) == 2:
            one, other = known
            words = f"make one entity of {one.id} and {other.id}, with all names of both under its `sure`"
            merged = replace(one, sure=(*one.sure, *other.sure))
            yield question.change_entities(words, merged, replace(other, sure=(), maybe=None))
        elif known:
            (term,) = [term for term, entity in zip(terms, entities, strict=True) if entity is None]
            words = f"write “{term.text}” under `sure` of the entity {known[0].id}"
            yield question.change_entities(words, replace(known[0], sure=(*known[0].sure, term)))
        else:
            new = Entity("new-name", "organisation", terms[0].text, tuple(terms))
            yield question.change_entities(f"write one entity that has both {both} under `sure`", new)


def _find_name(text: str, features: ArticleFeatures) -> NameFact | None:
    return next((name for name in features.facts.names if name.text in text or text in name.text), None)


def _let_one_lie_in_the_other(question: _Question) -> Iterator[_Change]:
    """A place, or a name that may be one, lies in a province or country of the other side."""
    for mine, others in ((question.ours, question.theirs), (question.theirs, question.ours)):
        places = [
            Term(place.text, features.language or "any")
            for features in mine
            for place in find_scenes(features)
            if not any(has_place_of(place, other) for other in others)
        ]
        names = [Term(name.text, language) for name, language in _find_own_names(mine, others)]
        around = dict.fromkeys(place.place for features in others for place in features.facts.places)
        containers = [each for each in around if get_place_level(each) in (COUNTRY, DIVISION) and each[:2].isupper()]
        for term, container in product((places or names)[:1], containers):
            entity = Entity("new-place", "place", term.text, (term,), lies_in=container)
            what = f"an entity of kind `place` that has “{term.text}” under `sure`, and `lies_in: {container}`"
            yield question.change_entities(f"if “{term.text}” lies there, write {what}", entity)


def _find_own_names(mine: Iterable[ArticleFeatures], others: Sequence[ArticleFeatures]) -> list[tuple[NameFact, str]]:
    """The names that titles have and no report of the other side, each with its language."""
    return [
        (name, features.language or "any")
        for features in mine
        for name in features.facts.names
        if name.in_title
        and name.is_certain
        and not any(do_names_agree(name, each) for other in others for each in other.facts.names)
    ]


# --- to keep the next ones apart --------------------------------------------------------------------------------------


def _find_separating(question: _Question) -> Iterator[_Change]:
    """Changes that may keep the two apart, first those that touch the least."""
    for rule in _find_rules(question):
        once = []
        if rule.alert.once_per is OncePer.STORY:
            once = ["`once_per: event`"]
            yield question.change_alert(f"write {once[0]} in rule {rule.id}", rule, once_per=OncePer.EVENT)
        if rule.alert.event_lasts is not None:
            yield question.change_alert(f"take `event_lasts` out of rule {rule.id}", rule, event_lasts=None)
        for name, condition, description in _name_conditions(rule.condition):
            by = (*rule.alert.by, name)
            written = " and ".join([*once, f"`by: {_format_by(by)}`"])
            give = f", and give its condition {description} `name: {name}`" if description else ""
            named = replace(rule, condition=condition)
            words = f"write {written} in rule {rule.id}{give}"
            yield question.change_alert(words, named, once_per=OncePer.EVENT, by=by)
    yield from _write_entities(question)


def _name_conditions(condition: Condition) -> Iterator[tuple[str, Condition, str]]:
    """For each condition that `by` may name: its name, and the whole with this name in it. If it has none yet, also the
    condition in words."""
    match condition:
        case Named(name):
            yield name, condition, ""
        case AllOf(conditions) | AnyOf(conditions) | Near(conditions):
            for index, child in enumerate(conditions):
                for name, changed, words in _name_conditions(child):
                    among = (*conditions[:index], changed, *conditions[index + 1 :])
                    yield name, replace(condition, conditions=among), words
        case In(_, inner) | Ignoring(inner):
            for name, changed, words in _name_conditions(inner):
                yield name, replace(condition, condition=changed), words
        case EntityNamed() | GroupNamed() | ListNamed() | Words():
            yield _NEW_NAME, Named(_NEW_NAME, condition), _describe_leaf(condition)


def _describe_leaf(condition: EntityNamed | GroupNamed | ListNamed | Words) -> str:
    match condition:
        case EntityNamed(entity):
            return f"`entity: {entity}`"
        case ListNamed(name):
            return f"`list: {name}`"
        case Words(terms):
            return f"with the words “{terms[0].text}”, ..."
    keys = {"kind": condition.kind, "in": condition.group, "of": condition.of}
    return f"`entity: {{{', '.join(f'{key}: {value}' for key, value in keys.items() if value)}}}`"


def _format_by(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _write_entities(question: _Question) -> Iterator[_Change]:
    """The first name that only the one title has, and the first that only the other has, as places or persons."""
    ours, theirs = (
        [each for each in _find_own_names(mine, others) if question.find_entity(each[0]) is None]
        for mine, others in ((question.ours, question.theirs), (question.theirs, question.ours))
    )
    if not ours or not theirs:
        return
    terms = [Term(name.text, language) for name, language in (ours[0], theirs[0])]
    for kind in ("person", "place"):
        entities = [Entity(f"new-{index}", kind, term.text, (term,)) for index, term in enumerate(terms)]
        words = (
            f"if each is a {kind}, write an entity of kind `{kind}` for “{terms[0].text}” and one for “{terms[1].text}”"
        )
        yield question.change_entities(words, *entities)


# --- both -------------------------------------------------------------------------------------------------------------


def _find_rules(question: _Question) -> list[Rule]:
    """The rule of the events; for stories, the rules that send once for a story and match an article of both."""
    if question.rule is not None:
        return [question.rule]
    rules = question.config.rules
    sides = [
        {
            match.rule
            for article in side
            for match in compile_for_article(rules, question.config, article).match(article)
        }
        for side in (question.pair.first[:1], question.pair.second[:1])
    ]
    return [rules[id_] for id_ in sorted(sides[0] & sides[1]) if rules[id_].alert.once_per is OncePer.STORY]
