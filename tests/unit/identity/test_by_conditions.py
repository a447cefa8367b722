"""Whether the conditions that a rule names in `by` keep two articles apart. They never make them the same."""

from __future__ import annotations

import pytest

from monitor.identity.by_conditions import differing_values, find_differing_conditions
from monitor.matching import compile_rules
from monitor.model import AlertPolicy, AllOf, Entity, GroupNamed, Level, Named, OncePer, Rule, Term, Words
from tests.support.building import article


@pytest.mark.parametrize(
    ("ours", "theirs", "differ"),
    [
        # one common value is enough
        ("entity:laos", "entity:laos", False),
        ("entity:laos entity:japan", "entity:japan entity:china", False),
        ("entity:laos", "entity:japan", True),
        # one has no value
        ("", "entity:japan", False),
        ("", "", False),
        # words of one language
        ("word:en:busan", "word:en:busan", False),
        ("word:en:busan", "word:en:shanghai", True),
        ("word:en:busan word:ko:부산", "word:en:shanghai word:zh:上海", True),
        # words of two: one may be the other's translation
        ("word:en:busan", "word:ko:부산", False),
        ("word:en:busan word:ko:부산", "word:zh:上海", False),
        # words of no language are told apart by their script
        ("word:any:busan", "word:any:shanghai", True),
        ("word:any:busan", "word:en:shanghai", True),
        ("word:any:busan", "word:any:부산", False),
        ("word:any:busan", "word:en:busan", False),
        # an entity is the same in all languages, and no word of the rule
        ("entity:japan", "word:en:busan", True),
        ("entity:japan word:ko:부산", "word:en:busan", False),
        ("entity:japan word:ko:부산", "entity:laos word:en:busan", True),
    ],
)
def test_a_condition_keeps_apart_if_both_have_values_and_no_common_one(ours: str, theirs: str, differ: bool) -> None:
    """Whichever comes first."""
    one, other = {"where": frozenset(ours.split())}, {"where": frozenset(theirs.split())}
    assert bool(find_differing_conditions(one, other)) == bool(find_differing_conditions(other, one)) == differ


def test_each_condition_is_compared_by_itself() -> None:
    """One that only one side has, because the rule was edited between the two, keeps nothing apart."""
    japan, busan = frozenset({"entity:japan"}), frozenset({"word:en:busan"})
    ours, theirs = {"where": japan, "who": japan}, {"who": busan, "what": busan}
    assert find_differing_conditions(ours, theirs) == ["who"]
    assert differing_values("who", ours, theirs) == "who: japan, not busan"


@pytest.mark.parametrize(
    ("second", "differ"),
    [
        ("Vietnam confirms first mpox case", True),
        ("태국, 첫 엠폭스 확진", False),
        ("베트남, 첫 엠폭스 확진", True),
        ("Thailand and Vietnam confirm mpox cases", False),
    ],
)
def test_a_country_is_itself_in_each_language(second: str, differ: bool) -> None:
    """From the articles on."""
    countries = {
        name: Entity(name, "country", name, tuple(map(Term, names)))
        for name, names in {"thailand": ("Thailand", "태국"), "vietnam": ("Vietnam", "베트남")}.items()
    }
    mpox = Words((Term("mpox", "en"), Term("엠폭스", "ko")))
    condition = AllOf((mpox, Named("where", GroupNamed("country"))))
    policy = AlertPolicy(once_per=OncePer.EVENT, by=("where",))
    compiled = compile_rules([Rule("r", "R", Level.LOW, condition, "v", alert=policy)], countries)
    [one] = compiled.match(article(title="Thailand confirms first mpox case"))
    [other] = compiled.match(article(title=second))
    assert bool(find_differing_conditions(one.by, other.by)) is differ
