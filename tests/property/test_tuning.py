"""Whatever people have marked: no proposal and no hint loses an article that is wanted and hit, or a test of the rule;
each proposal has the support of two articles; and what it says of its effect is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.lab.improving.examples import MIN_SUPPORT, Example, ExampleVerdict, count_independent
from monitor.lab.improving.tuning import tune_rule
from monitor.lab.rule_tests import find_test_failures
from monitor.model import Rule, WordList
from tests.building import NOON
from tests.improving import annotate_rule, define, example, rule_of

NO_LISTS: Mapping[str, WordList] = {}
WORDS = {
    "en": "dockers port strike walkout ferry quiet football drone talks harbour",
    "de": "Hafen Streik Fähre Fußball Drohne Gespräche Ausstand Kran Dock ruhig",
    "pl": "port strajk strajku prom dron rozmowy protest piłka dok cisza",
    "ru": "порт забастовка паром дрон переговоры футбол док кран тихо протест",
    "ko": "항만 파업 여객선 드론 협상 축구 부두 크레인 조용 시위",
    "zh": "港口 罢工 渡轮 无人机 谈判 足球 码头 吊车 安静 抗议",
    "ja": "港湾 ストライキ フェリー 無人機 交渉 試合 埠頭 静か 抗議 船員",
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[Example]]:
    """A rule of two slots with words of one language, and articles of such words."""
    language = draw(st.sampled_from(sorted(WORDS)))
    words = WORDS[language].split()
    some = st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True)
    first, second = draw(some), draw(some)
    within = draw(st.sampled_from(["2 words", "sentence", "paragraph"]))
    tests = draw(st.lists(st.lists(st.sampled_from(words), min_size=2, max_size=4), max_size=2))
    rule = f"""
        rule: generated
        title: Generated
        match:
          near:
            within: {within}
            may_share_words: true
            these:
              - {{words: {{{language}: [{", ".join(first)}]}}}}
              - {{words: {{{language}: [{", ".join(second)}]}}}}
    """
    titles = [" ".join(test) for test in tests]
    gap = "" if language in {"zh", "ja"} else " "
    texts = draw(st.lists(st.lists(st.sampled_from(words), min_size=2, max_size=6), min_size=2, max_size=12))
    verdicts = st.sampled_from([*ExampleVerdict])
    articles = [
        example(gap.join(text), draw(verdicts), language=language, week=draw(st.integers(0, 3))) for text in texts
    ]
    expected = "".join(f"            - {{title: '{title}'}}\n" for title in titles)
    keys = f"        tests:\n          fires:\n{expected}" if titles else ""
    return f"{rule.rstrip()}\n{keys}", articles


def failing(rule: Rule, lists: Mapping[str, WordList] = NO_LISTS) -> set[str]:
    """The titles of the tests that fail."""
    faults = find_test_failures([rule], {}, lists, {}, NOON)
    places = {fault.place for fault in faults}
    return {test.title for test in rule.tests if test.place in places}


def shared_lists() -> list[str]:
    """A list of most words of each language, and one of some of them in two languages."""
    wide = [
        f"list: wide-{language}\nwords: {{{language}: [{', '.join(words.split()[1:8])}]}}\n"
        for language, words in WORDS.items()
    ]
    narrow = [
        f"list: narrow-{language}\nwords: {{{language}: [{', '.join(words.split()[:3])}], es: [huelga]}}\n"
        for language, words in WORDS.items()
    ]
    return [*wide, *narrow]


@given(cases())
@settings(max_examples=100, deadline=None)
def test_no_proposal_and_no_hint_loses_what_is_wanted(case: tuple[str, list[Example]]) -> None:
    """With lists that share words with the rule: each hint brings no noise, either."""
    text, examples = case
    annotated, definitions = annotate_rule(text), define(*shared_lists())
    found = tune_rule(annotated, examples, definitions, len(examples), NOON)
    for proposal in found.choices:
        assert not proposal.effect.lost
    for hint in found.hints:
        changed = hint.change.apply(found.tuned)
        assert changed is not None
        compiled = definitions.compile_variants([found.rule, changed, found.tuned])
        for one in examples:
            hit = compiled.find_news(one.article)
            assert one.verdict is not ExampleVerdict.WANTED or hit & {0, 1} != {0}
            assert one.verdict is not ExampleVerdict.UNWANTED or hit & {1, 2} != {1}
        assert failing(changed, definitions.lists) <= failing(found.rule, definitions.lists)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_no_proposal_loses_what_is_wanted(case: tuple[str, list[Example]]) -> None:
    """The rule with all proposals hits all of the wanted articles that it hit, and fails no more tests."""
    text, examples = case
    annotated, definitions = annotate_rule(text), define()
    found = tune_rule(annotated, examples, definitions, len(examples), NOON)
    rule = rule_of(annotated)
    steps = [rule]
    for proposal in found.proposals:
        changed = proposal.change.apply(steps[-1])
        assert changed is not None
        steps.append(changed)
    assert steps[-1] == found.tuned
    compiled = definitions.compile_variants([replace(step, title=str(number)) for number, step in enumerate(steps)])
    hits = [{one.id for one in examples if number in compiled.find_news(one.article)} for number in range(len(steps))]
    verdicts = {one.id: one.verdict for one in examples}
    for number, proposal in enumerate(found.proposals):
        before, after, effect = hits[number], hits[number + 1], proposal.effect
        assert {id_ for id_ in before - after if verdicts[id_] is ExampleVerdict.WANTED} == set()
        assert {one.id for one in effect.gained} == {
            id_ for id_ in after - before if verdicts[id_] is ExampleVerdict.WANTED
        }
        assert {one.id for one in effect.dropped} == {
            id_ for id_ in before - after if verdicts[id_] is ExampleVerdict.UNWANTED
        }
        assert count_independent((*effect.gained, *effect.dropped)) - len(effect.brought) >= MIN_SUPPORT
    assert failing(found.tuned) <= failing(rule)
