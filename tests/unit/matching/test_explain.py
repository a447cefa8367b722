from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.matching import compile_rules
from monitor.matching.explain import explain_rules
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    DayNamed,
    Entity,
    EntityNamed,
    Explanation,
    Field,
    GroupNamed,
    Ignore,
    Ignoring,
    In,
    Level,
    LevelChange,
    MatchKind,
    Named,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Reach,
    Rule,
    Step,
    Term,
    Times,
    Where,
    WordList,
    Words,
)
from tests.support.building import article


def words(*texts: str) -> Words:
    return Words(tuple(Term(text) for text in texts))


WHO = Named("who", words("North Korea", "Pyongyang"))
WHAT = Named("what", words("missile", "missiles"))
DID = Named("did what", words("fired", "launched"))


SHARE = "one word cannot count twice, unless near has 'may_share_words: true'"


def explained(rule: Rule | Condition, title: str, text: str = "", **entities: Entity) -> Explanation:
    made = rule if isinstance(rule, Rule) else Rule("r", "R", Level.HIGH, rule, "v1")
    denials = WordList("denials", (Term("test missile"),), before=Reach(3, words("denied")))
    (only,) = explain_rules(compile_rules([made], entities, {"denials": denials}), article(title=title, text=text))
    return only


def outline(explanation: Explanation) -> list[str]:
    """Each step as a line: its depth, whether it holds, what it asks, and why not."""
    steps = [part for step in explanation.steps for part in step.walk()]
    return [f"{'  ' * depth}{'+' if step.holds else '-'} {step.label}{_why(step)}" for depth, step in steps]


def _why(step: Step) -> str:
    return f" | {step.why}" if step.why else ""


@pytest.mark.parametrize(
    ("condition", "title", "text", "says"),
    [
        (  # a member is absent
            Near((WHO, WHAT, DID)),
            "Pyongyang shows a missile",
            "",
            "no match: 2 of 3: nothing of `did what` in the article",
        ),
        (  # all are there, and not together
            Near((WHO, WHAT, DID)),
            "Pyongyang shows a missile",
            "It was a long day. Iran had launched one",
            "no match: 2 of 3: nothing of `did what` in the sentence; the nearest is in the text",
        ),
        (
            Near((WHO, WHAT, DID)),
            "",
            "Pyongyang shows a missile. It was a long day. Iran had launched one",
            "no match: 2 of 3: nothing of `did what` in the sentence; the nearest was 7 words away",
        ),
        (
            Near((WHO, DID), words=2),
            "Pyongyang says that somebody else launched it",
            "",
            "no match: 1 of 2: nothing of `did what` within 2 words; the nearest was 4 words away",
        ),
        (
            Near((DID, WHO), words=9, in_order=True),
            "Pyongyang launched it",
            "",
            "no match: all are near each other, but not in this order",
        ),
        (  # each near one of them, and the whole is longer
            Near((words("alpha"), Named("mid", words("beta")), words("gamma")), words=5),
            "alpha one two three four beta one two three four gamma",
            "",
            "no match: all are near `mid`, but there are 9 words between the first and the last",
        ),
        (
            Near((words("alpha"), Named("mid", words("beta")), words("gamma")), words=5, in_order=True),
            "alpha one two three four beta one two three four gamma",
            "",
            "no match: all are near `mid`, but in this order there are 9 words between the first and the last",
        ),
        (  # numbers say what was asked for
            NumberNamed("magnitude", at_least=6),
            "A quake of magnitude 5.4",
            "",
            "no match: number of magnitude, at least 6: “5.4” occurs in the title, but does not count there",
        ),
        (DayNamed(), "They strike in May", "", "no match: a day: not there"),
        (  # nothing is too far
            Near((words("beta"), words("beta")), words=5),
            "alpha beta",
            "",
            f"no match: `words beta` and `words beta` both need “beta”; {SHARE}",
        ),
        (  # one of the two lies inside the other
            Near((WHO, Named("rate", words("rate cut")), Named("cut", words("cut"))), words=9, in_order=True),
            "Pyongyang: a rate cut",
            "",
            f"no match: `rate` and `cut` both need “rate cut”; {SHARE}",
        ),
        (
            In(Field.TITLE, WHAT),
            "Nothing",
            "A missile",
            "no match: what in the title: words missile, missiles: “missile” occurs only in the text",
        ),
        (Times(3, WHAT.condition), "A missile", "Missiles", "no match: 3 times words missile, missiles: 2 of 3 times"),
        (
            Ignoring(words("missile"), Ignore((Term("missile crisis"),))),
            "The missile crisis",
            "",
            "no match: words missile: “missile” in the title does not count: inside “missile crisis” (ignore)",
        ),
        (  # the list, and how far away
            Ignoring(words("missile"), Ignore(lists=("denials",))),
            "",
            "He denied that a missile flew",
            (
                "no match: words missile: “missile” in the text does not count: “denied” (list denials) is 2 words "
                "before it"
            ),
        ),
        (
            Ignoring(Ignoring(words("missile"), Ignore((Term("x"),))), Ignore(after=Reach(3, words("museum")))),
            "A missile and museum",
            "",
            "no match: words missile: “missile” in the title does not count: “museum” (ignore) is 1 word after it",
        ),
        (  # also of one that near needs
            Near((WHO, Named("what", AnyOf((words("gun"), Ignoring(words("missile"), Ignore(lists=("denials",)))))))),
            "Pyongyang: a test missile",
            "",
            (
                "no match: 1 of 2: nothing of `what` in the article; “missile” in the title does not count: "
                "inside “test missile” (list denials)"
            ),
        ),
        (AllOf((WHO, WHAT)), "A missile", "", "no match: 1 of 2: not `who: words North Korea, Pyongyang`"),
        (
            AllOf((WHO, Not(AnyOf((In(Field.TITLE, words("film")), words("game")))))),
            "Pyongyang",
            "It is a game",
            "no match: 1 of 2: there is “game” in the text",
        ),
        (  # of several ways the nearest
            AnyOf((WHO, AllOf((WHAT, DID)))),
            "A missile",
            "",
            "no match: 1 of 2: not `did what: words fired, launched`",
        ),
    ],
)
def test_it_says_how_nearly_a_rule_was_missed(condition: Condition, title: str, text: str, says: str) -> None:
    """A missed alert has a reason that a person can act on."""
    explanation = explained(condition, title, text)
    assert explanation.kind is None
    assert explanation.summary == says


def test_it_says_which_net_caught_an_article() -> None:
    """`match` or `mention`, and where neither does, what both missed."""
    rule = Rule("r", "R", Level.HIGH, AllOf((WHO, DID)), "v1", mention=AllOf((WHO, WHAT)), mention_if=words("toy"))
    news = explained(rule, "Pyongyang fired a missile")
    assert (news.kind, outline(news)[0]) == (MatchKind.NEWS, "+ match: all of these")
    mention = explained(rule, "Pyongyang shows a toy missile")
    assert (mention.kind, mention.summary) == (
        MatchKind.MENTION,
        "a mention at level high: match does not hold, mention does",
    )
    assert outline(mention) == [
        "- match: all of these | 1 of 2: not `did what: words fired, launched`",
        "  + who: words North Korea, Pyongyang",
        "  - did what: words fired, launched | not there",
        "+ mention: all of these",
        "  + who: words North Korea, Pyongyang",
        "  + what: words missile, missiles",
    ]
    none = explained(rule, "A missile")
    assert none.summary == (
        "no match: 0 of 2: not `who: words North Korea, Pyongyang`; "
        "mention does not hold either: 1 of 2: not `who: words North Korea, Pyongyang`"
    )
    assert none.share == 0.5
    dropped = explained(replace(rule, unless=words("film")), "A film of a missile of Pyongyang")
    assert dropped.summary == "no match: unless holds, by “film” in the title"


def test_it_says_that_a_word_is_listed_for_another_language() -> None:
    """Readers see the word in the title, and it does not count."""
    title = "Das Hochwasser der Donau hat in Passau die ganze Innenstadt überflutet"
    text = "Alle Schulen bleiben am Montag geschlossen, teilte die Stadtverwaltung am Sonntagabend mit."
    flood = Words((Term("Hochwasser", "en"),))
    why = "“Hochwasser” is in the title, but listed for another language than the article's"
    assert explained(flood, title, text).summary == f"no match: words Hochwasser: {why}"
    assert explained(Near((flood, words("Passau"))), title, text).summary.endswith(f"in the article; {why}")


def test_it_says_that_a_title_has_none_of_it() -> None:
    """What keeps a complete lead from being news."""
    rule = Rule("r", "R", Level.HIGH, AllOf((WHO, DID)), "v1", title_has_some=True)
    assert explained(rule, "Morning", "Pyongyang fired.").summary == (
        "a mention at level high: complete only outside the title, which has none of it"
    )
    assert explained(rule, "Pyongyang", "Pyongyang fired.").summary == "news at level high: complete in title and lead"


def test_it_says_what_else_a_title_is_about() -> None:
    """Which rules keep what the first sentence says from being news, or that it stands behind that sentence."""
    about = Rule("r", "R", Level.HIGH, AllOf((WHO, DID)), "v1", news_in=NewsIn.ABOUT)
    others = [Rule(id_, id_, Level.LOW, words(word), "v1") for id_, word in (("summit", "summit"), ("talks", "talks"))]
    compiled = compile_rules([about, *others], {})

    def says(title: str, text: str) -> str:
        return explain_rules(compiled, article(title=title, text=text), "r")[0].summary

    launch = "Pyongyang fired a missile. It rained."
    assert says("Morning", launch) == "news at level high: complete in title and first sentence"
    assert says("Summit opens with talks", launch) == (
        "a mention at level high: complete only outside the title, which is about summit, talks"
    )
    assert says("Morning", f"It rained. {launch}") == (
        "a mention at level high: complete only outside title and first sentence"
    )


def test_each_condition_is_green_or_red_with_its_words() -> None:
    """The whole tree, in the rule's own names."""
    explanation = explained(AllOf((Near((WHO, WHAT)), AnyOf((DID, words("flew"))))), "Pyongyang: a missile flew")
    assert explanation.kind is MatchKind.NEWS
    assert outline(explanation) == [
        "+ match: all of these",
        "  + near, in one sentence",
        "    + who: words North Korea, Pyongyang",
        "    + what: words missile, missiles",
        "  + any of these",
        "    - did what: words fired, launched | not there",
        "    + words flew",
    ]
    (match,) = explanation.steps
    assert [span.text for span in match.steps[0].spans] == ["Pyongyang", "missile"]


def test_it_says_what_kept_a_match_from_being_news() -> None:
    """Deeper than the lead, dropped by `unless`, not looked at, or a mention by the rule's own words."""
    rule = Rule("r", "R", Level.HIGH, WHAT, "v1")
    deep = "word " * 61 + "missile"
    assert explained(rule, "", deep).summary == "a mention at level high: complete only outside title and lead"
    dropped = replace(rule, unless=words("film"))
    assert explained(dropped, "A missile film").summary == "no match: unless holds, by “film” in the title"
    either = replace(rule, unless=AnyOf((Near((WHAT, words("toy"))), words("film"))))  # not by the half of a near
    assert explained(either, "A missile film").summary == "no match: unless holds, by “film” in the title"
    past = replace(rule, mention_if=words("anniversary"))
    assert explained(past, "A missile anniversary").summary == "a mention at level high: mention_if holds"
    elsewhere = replace(rule, where=Where(sources=("kcna",)))
    assert explained(elsewhere, "A missile").summary == "no match: the rule does not look at such articles (where)"
    raised = replace(rule, raises=(LevelChange(Level.CRITICAL, words("ICBM")),))
    explanation = explained(raised, "An ICBM is a missile")
    assert explanation.summary == "news at level critical: complete in title and lead"
    assert outline(explanation)[-1] == "+ level critical: words ICBM"
    changes = {level: LevelChange(level, words(str(level))) for level in Level}
    several = replace(
        rule,
        raises=(changes[Level.HIGH], changes[Level.CRITICAL]),
        lowers=(changes[Level.LOW], changes[Level.INFO]),
    )
    asked = [f"- level {level}: words {level} | not there" for level in ("critical", "high", "info", "low")]
    assert outline(explained(several, "A missile"))[1:] == asked  # in the order in which they are asked


@pytest.mark.parametrize(
    ("news_in", "condition", "says"),
    [
        (NewsIn.LEAD, words("ICBM"), "level critical: words ICBM | “ICBM” occurs only after title and lead"),
        (NewsIn.TITLE, words("ICBM"), "level critical: words ICBM | “ICBM” occurs only after the title"),
        (NewsIn.TITLE, words("word"), "level critical: words word | “word” occurs only after the title"),
        (
            NewsIn.LEAD,
            In(Field.TEXT, words("ICBM")),
            "level critical: words ICBM in the text | “ICBM” occurs only after title and lead",
        ),
        # elsewhere it stands for another reason
        (
            NewsIn.LEAD,
            In(Field.TITLE, words("ICBM")),
            "level critical: words ICBM in the title | “ICBM” occurs only in the text",
        ),
        (
            NewsIn.LEAD,
            Near((WHAT, Named("range", words("ICBM")))),
            "level critical: near, in one sentence | 1 of 2: only after title and lead: `range`",
        ),
        (
            NewsIn.LEAD,
            Near((WHAT, Named("range", words("ICBM")), DID)),
            "level critical: near, in one sentence | 1 of 3: nothing of `did what` in the article",
        ),
    ],
)
def test_it_says_what_stands_deeper_than_a_change_of_the_level_looks(
    news_in: NewsIn, condition: Condition, says: str
) -> None:
    """Where the match is news, what raises it must stand where news stands."""
    rule = Rule("r", "R", Level.HIGH, WHAT, "v1", news_in=news_in, raises=(LevelChange(Level.CRITICAL, condition),))
    explanation = explained(rule, "A missile", "word " * 61 + "ICBM")
    assert explanation.kind is MatchKind.NEWS
    assert [line for line in outline(explanation) if line.startswith("- level")] == [f"- {says}"]


def test_a_name_that_is_not_enough_alone_is_told() -> None:
    """The name stands there, and why it does not count is not left to guessing."""
    entity = Entity(
        "lee", "person", "Lee", (Term("Lee Jae Myung"),), never=(Term("Bruce Lee"), Term("Lee Jae Myung Street"))
    )
    explanation = explained(EntityNamed("lee"), "Lee Jae Myung Street is closed", lee=entity)
    assert "“Lee Jae Myung” in the title does not count: inside “Lee Jae Myung Street” (never)" in explanation.summary


def test_a_group_is_described() -> None:
    """By all that it asks for."""
    lee = Entity("lee", "person", "Lee", (Term("Lee"),), groups=("leaders",), of="korea")
    explanation = explained(GroupNamed("person", "leaders", "korea"), "Kim", lee=lee)
    assert explanation.summary == "no match: any person in leaders of korea: not there"


def test_only_one_rule_is_explained_if_only_one_is_asked_for() -> None:
    """The others are decided and not walked."""
    rules = [Rule(name, name, Level.LOW, WHAT, "v1") for name in ("a", "b")]
    assert [each.rule for each in explain_rules(compile_rules(rules, {}), article(title="x"), only="b")] == ["b"]


@pytest.mark.parametrize(
    ("condition", "title", "share"),
    [
        (AllOf((WHO, WHAT)), "Ferries run", 0),
        (AllOf((WHO, WHAT)), "A missile", 0.5),
        (AnyOf((AllOf((WHO, WHAT)), DID)), "A missile", 0.5),  # of the ways the nearest, not all of them together
        (AnyOf((AllOf((WHO, WHAT)), DID)), "Launched", 1),
        (Near((WHO, WHAT, DID, words("sea"))), "Pyongyang shows a missile", 0.5),
    ],
)
def test_it_says_how_much_of_a_rule_holds(condition: Condition, title: str, share: float) -> None:
    """By it the rules that were nearly met are told first."""
    assert explained(condition, title).share == share


def test_conditions_of_a_field_say_so_once() -> None:
    """Whether they have parts or none."""
    for inner, what in (
        (Near((WHO, WHAT)), "match: in the title: near, in one sentence"),
        (DID.condition, "match: words fired, launched in the title"),
    ):
        assert outline(explained(In(Field.TITLE, inner), "Pyongyang"))[0].startswith(f"- {what}")
    below = AllOf((In(Field.TITLE, Near((WHO, WHAT))), In(Field.LEAD, AnyOf((DID, AllOf((WHO, WHAT)))))))
    asked = [line.partition(" | ")[0] for line in outline(explained(below, "Pyongyang fired"))]
    assert asked[1] == "  - in the title: near, in one sentence"
    assert "  - in the lead: any of these" in asked
