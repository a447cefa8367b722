"""Rule documents: the schema, and its conversion to the model.

A rule is read without a version. It gets its version when all definitions that it names are known. `loading/load.py`
checks whether the entities, lists and routes exist that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from monitor import model
from monitor.config.language.alerts import AlertSchema, alert_policy_from_schema, locate_by_names
from monitor.config.language.base_schema import Duration, Id, Schema, Text, one_or_list, validation_error
from monitor.config.language.conditions import ConditionOrList, ConditionSchema, find_purely_negative_part
from monitor.config.language.conditions_to_model import any_of, condition_from_schema
from monitor.config.language.examples import ExamplesSchema, rule_tests_from_schema
from monitor.config.language.faults import did_you_mean, validate_document
from monitor.config.language.scope import WhereSchema, where_from_schema
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles
from monitor.model import Level, LevelChange, NewsIn, Rule, RuleStatus, named_within

LevelName = Literal["info", "low", "medium", "high", "critical"]
_LEVELS = [*Level]


class LevelChangeSchema(Schema):
    """Another level for a match, if one more condition is met."""

    label: ClassVar[str] = "change of level"

    to: LevelName = Field(description="The new level of the match.", examples=["critical"])
    if_: ConditionSchema = Field(
        alias="if", description="The condition that must be met.", examples=[{"words": {"en": ["nuclear warhead"]}}]
    )


Changes = Annotated[
    Annotated[LevelChangeSchema, Tag("<one>")]
    | Annotated[Annotated[list[LevelChangeSchema], Field(min_length=1)], Tag("<list>")],
    Discriminator(one_or_list),
]


class RuleSchema(Schema):
    """A rule: what news it looks for, how much this matters, and where its alerts go."""

    label: ClassVar[str] = "rule"

    rule: Id = Field(
        description="The id of the rule. No other rule in any file may have it.", examples=["taiwan-drills"]
    )
    title: Text = Field(description="The subject of the rule, as messages show it.", examples=["Drills around Taiwan"])
    level: LevelName | None = Field(None, description="How much it matters (default: medium).", examples=["high"])
    status: Literal["live", "shadow", "off"] | None = Field(
        None,
        description="Whether the rule runs (default: live). To silence a rule, write off. In shadow, it sends nothing "
        "either, but its matches are stored with their reasons.",
        examples=["live"],
    )
    owner: Text | None = Field(
        None, description="The person or desk that is responsible for the rule.", examples=["asia-desk"]
    )
    why: Text | None = Field(
        None, description="The purpose of the rule.", examples=["First warning for the Seoul desk."]
    )
    known_false_alarms: list[Text] | None = Field(
        None, description="Known false alarms of the rule.", examples=[["Drills of the fire brigade"]]
    )
    where: WhereSchema | None = Field(
        None, description="Which articles the rule looks at (default: all).", examples=[{"languages": ["ko", "ja"]}]
    )
    match: ConditionSchema = Field(
        description="The condition that an article must meet.", examples=[{"words": {"en": ["drill", "war game*"]}}]
    )
    unless: ConditionOrList | None = Field(
        None,
        description="If an article meets this condition (or one condition of the list), the rule drops the article.",
        examples=[{"in": "title", "words": {"en": ["earthquake drill"]}}],
    )
    news_in: Literal["title", "about", "lead", "text"] | None = Field(
        None,
        description="An article is news only if all evidence is in this part (default: lead); otherwise it is a "
        "mention. title: the title. lead: the title and the lead together. text: title and text. about: the title; "
        "or the title and the text's first sentence, if no other live rule matches the title alone.",
        examples=["title"],
    )
    title_has_some: bool | None = Field(
        None,
        description="The title must contain at least one of the things that `match` looks for; otherwise the article "
        "is a mention.",
        examples=[True],
    )
    mention: ConditionOrList | None = Field(
        None,
        description="A looser condition than `match`. An article is a mention if it does not meet `match`, but meets "
        "this condition (or one condition of the list) anywhere in title and text.",
        examples=[{"near": {"within": "sentence", "these": [{"entity": "taiwan"}, {"words": {"en": ["drill*"]}}]}}],
    )
    mention_if: ConditionOrList | None = Field(
        None,
        description="If an article meets this condition (or one condition of the list), it is a mention and not news.",
        examples=[{"words": {"en": ["last week", "anniversary"]}}],
    )
    raise_: Changes | None = Field(
        None,
        alias="raise",
        description="A higher level for articles that meet one more condition. If several apply, the highest level "
        "counts. One, or a list.",
        examples=[{"to": "critical", "if": {"words": {"en": ["nuclear warhead"]}}}],
    )
    lower: Changes | None = Field(
        None,
        description="A lower level for articles that meet one more condition, if no `raise` applies. If several apply, "
        "the lowest level counts. One, or a list.",
        examples=[{"to": "low", "if": {"words": {"en": ["tabletop exercise"]}}}],
    )
    full_text: bool | None = Field(
        None,
        description="Whether to read the web page of a short article that has one of the rule's words (default: no). "
        "The program decides on the text of the feed at once, and matches the longer text later.",
        examples=[True],
    )
    max_age: Duration | None = Field(
        None,
        description="Articles older than this are stored, but not sent: a number and a unit.",
        examples=["12 hours"],
    )
    alert: AlertSchema | None = Field(
        None,
        description="Where the alerts of the rule go, and how often it sends them.",
        examples=[{"to": ["default"], "once_per": "story"}],
    )
    tests: ExamplesSchema | None = Field(
        None,
        description="Articles that the rule must hit as news, must hit as mentions, or must not hit.",
        examples=[{"fires": ["Drills around Taiwan"]}],
    )

    @model_validator(mode="after")
    def _check_positive_evidence(self) -> Self:
        """Refuses `match` and `mention` without positive evidence: an alert shows the words that it is based on."""
        conditions: list[tuple[tuple[str | int, ...], ConditionSchema]] = [(("match",), self.match)]
        if isinstance(self.mention, list):
            conditions += [(("mention", number), item) for number, item in enumerate(self.mention)]
        elif self.mention is not None:
            conditions.append((("mention",), self.mention))
        for path, condition in conditions:
            if inner_path := find_purely_negative_part(condition):
                problem = f"here {path[0]} says only what the article must not contain"
                raise validation_error(
                    problem, "write under all: what it must contain, and this beside it", (*path, *inner_path)
                )
        return self

    @model_validator(mode="after")
    def _check_level_changes(self) -> Self:
        """`raise` must name a higher level than the rule's own, `lower` a lower one."""
        base = _LEVELS.index(_get_level(self))
        for key, changes, is_raise in (("raise", self.raise_, True), ("lower", self.lower, False)):
            for index, change in enumerate(_list_changes(changes)):
                new = _LEVELS.index(Level(change.to))
                if new == base or (new > base) is not is_raise:
                    path = (key, index, "to") if isinstance(changes, list) else (key, "to")
                    direction = "above" if is_raise else "below"
                    raise validation_error(
                        f"'{change.to}' is not {direction} the rule's own level '{_LEVELS[base]}'", at=path
                    )
        return self


def rule_from_document(document: YamlDocument) -> Rule:
    """The rule of the document, still without a version. Raises InvalidFiles."""
    schema = validate_document(RuleSchema, document)
    match = condition_from_schema(schema.match)
    if schema.alert is not None and (faults := list(_find_unknown_by_names(schema.alert, match, document))):
        raise InvalidFiles(faults)
    return Rule(
        schema.rule,
        schema.title,
        _get_level(schema),
        match,
        version="",
        status=RuleStatus(schema.status or "live"),
        unless=any_of(schema.unless),
        max_age=schema.max_age,
        alert=alert_policy_from_schema(schema.alert),
        where=where_from_schema(schema.where),
        raises=_level_changes_from_schema(schema.raise_),
        lowers=_level_changes_from_schema(schema.lower),
        news_in=NewsIn(schema.news_in or "lead"),
        title_has_some=schema.title_has_some or False,
        mention_if=any_of(schema.mention_if),
        mention=any_of(schema.mention),
        full_text=schema.full_text or False,
        owner=schema.owner,
        why=schema.why,
        known_false_alarms=tuple(schema.known_false_alarms or ()),
        tests=rule_tests_from_schema(schema.tests, document),
        place=document.place(),
    )


def _get_level(schema: RuleSchema) -> Level:
    return Level(schema.level or "medium")


def _find_unknown_by_names(alert: AlertSchema, match: model.Condition, document: YamlDocument) -> Iterator[Fault]:
    """The faults of names under `by` that no condition of the rule's match has."""
    names = dict.fromkeys(condition.name for condition in named_within(match))
    for path, name in locate_by_names(alert.by):
        if name not in names:
            problem = f"no condition of match has the name {quote_text(name)}"
            fallback = None if names else f"write 'name: {name}' beside the one that you mean"
            yield Fault(document.place(("alert", *path)), problem, did_you_mean(name, names, fallback))


def _list_changes(changes: LevelChangeSchema | list[LevelChangeSchema] | None) -> list[LevelChangeSchema]:
    return [changes] if isinstance(changes, LevelChangeSchema) else changes or []


def _level_changes_from_schema(changes: LevelChangeSchema | list[LevelChangeSchema] | None) -> tuple[LevelChange, ...]:
    return tuple(LevelChange(Level(change.to), condition_from_schema(change.if_)) for change in _list_changes(changes))
