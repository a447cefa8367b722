"""Whether two articles have something in common of what a rule's `by` names."""

from __future__ import annotations

import pytest
from monitor.identity.verdicts import Verdict

from monitor.identity.by_conditions import compare_by
from monitor.matching import compile_rules
from monitor.model import AlertPolicy, AllOf, Entity, GroupNamed, Level, Named, OncePer, Rule, Term, Words
from tests.building import article

AGREES, DIFFERS, UNKNOWN = Verdict.AGREES, Verdict.DIFFERS, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        # one value in common is enough
        ("entity:laos", "entity:laos", AGREES),
        ("entity:laos entity:japan", "entity:japan entity:china", AGREES),
        ("entity:laos", "entity:japan", DIFFERS),
        # where one says nothing
        ("", "entity:japan", UNKNOWN),
        ("entity:japan", "", UNKNOWN),
        ("", "", UNKNOWN),
        # words of one language
        ("word:en:busan", "word:en:busan", AGREES),
        ("word:en:busan", "word:en:shanghai", DIFFERS),
        ("word:en:busan word:ko:부산", "word:en:shanghai word:zh:上海", DIFFERS),
        # words of two: one may be the other's translation
        ("word:en:busan", "word:ko:부산", UNKNOWN),
        ("word:en:busan", "word:de:schanghai", UNKNOWN),
        ("word:en:busan word:ko:부산", "word:zh:上海", UNKNOWN),
        ("word:ja:釜山", "word:zh:釜山", AGREES),
        ("word:en:taiwan word:de:taiwan", "word:de:taiwan", AGREES),
        # words of no language are told apart by their script
        ("word:any:busan", "word:any:shanghai", DIFFERS),
        ("word:any:busan", "word:en:shanghai", DIFFERS),
        ("word:any:busan", "word:any:부산", UNKNOWN),
        ("word:any:busan", "word:en:busan", AGREES),
        # an entity is the same in all languages, and no word of the rule
        ("entity:japan", "word:en:busan", DIFFERS),
        ("entity:japan word:ko:부산", "word:en:busan", UNKNOWN),
        ("entity:japan word:ko:부산", "entity:laos word:en:busan", DIFFERS),
        ("entity:japan", "word:en:japan", DIFFERS),
    ],
)
def test_two_articles_are_compared(ours: str, theirs: str, said: Verdict) -> None:
    """Whichever comes first."""
    one, other = {"where": frozenset(ours.split())}, {"where": frozenset(theirs.split())}
    assert compare_by(one, other) == compare_by(other, one) == {"where": said}


def test_each_name_is_compared_by_itself() -> None:
    """A name that only one side has, because the rule was edited between the two, is unknown."""
    japan, busan = frozenset({"entity:japan"}), frozenset({"word:en:busan"})
    said = compare_by({"where": japan, "who": japan}, {"who": busan, "what": busan})
    assert list(said.items()) == [("where", UNKNOWN), ("who", DIFFERS), ("what", UNKNOWN)]
    assert compare_by({}, {}) == {}


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("Thailand confirms first mpox case", "Vietnam confirms first mpox case", DIFFERS),
        ("Thailand confirms first mpox case", "태국, 첫 엠폭스 확진", AGREES),
        ("Thailand confirms first mpox case", "베트남, 첫 엠폭스 확진", DIFFERS),
        ("Thailand and Vietnam confirm mpox cases", "Second mpox case in Vietnam", AGREES),
    ],
)
def test_the_same_happening_in_other_words(first: str, second: str, said: Verdict) -> None:
    """From the articles on: a country is itself in each language, and another one is another happening."""
    countries = {
        name: Entity(name, "country", name, tuple(map(Term, names)))
        for name, names in {"thailand": ("Thailand", "태국"), "vietnam": ("Vietnam", "베트남")}.items()
    }
    mpox = Words((Term("mpox", "en"), Term("엠폭스", "ko")))
    condition = AllOf((mpox, Named("where", GroupNamed("country"))))
    policy = AlertPolicy(once_per=OncePer.EVENT, by=("where",))
    compiled = compile_rules([Rule("r", "R", Level.LOW, condition, "v", alert=policy)], countries)
    [one], [other] = compiled.match(article(title=first)), compiled.match(article(title=second))
    assert compare_by(one.by, other.by) == {"where": said}
