"""Names of known persons and organisations in a text."""

from __future__ import annotations

import pytest

from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from tests.support.building import features
from tests.support.growth import measure_growth
from tests.support.shipped import load_shipped


def entity(identity: str, *names: str) -> Entity:
    return Entity(identity, "person", identity, tuple(Term(name, "any") for name in names))


def named(text: str, names: KnownNames) -> list[tuple[str, str]]:
    return [(entity, text[start:end]) for entity, start, end in names.find(text)]


def test_the_longest_name_counts() -> None:
    """Of those that begin at one letter, and one behind the other; signs off the page count as one letter."""
    names = KnownNames([entity("lee", "이재명"), entity("li", "李在明"), entity("office", "李在明办公室", "明办")])
    found = [("lee", "이재명"), ("office", "李在明办公室"), ("li", "李在明")]
    assert named("🚀 이재명·李在明办公室李在明", names) == found
    assert named("이재명", KnownNames(())) == []


def test_half_a_letter_is_another_letter() -> None:
    """Automata take none; in texts and in the names of a user there are some."""
    names = KnownNames(
        [entity("lee", "이재명"), entity("half", "이재\ud800"), Entity("place", "place", "P", (Term("문\ud800"),))]
    )
    assert named("\ud800이재명\udfff", names) == [("lee", "이재명")]


def test_finding_costs_what_the_text_costs() -> None:
    """However many names there are."""
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 200)]
    known = {
        count: KnownNames(entity(f"e{n}", f"{han[n % 200]}{han[n // 200]}{han[n % 77]}王") for n in range(count))
        for count in (20, 20_000)
    }
    text = "".join(han) * 100
    assert measure_growth(lambda count: list(known[count].find(text)), 20, 20_000) < 20


@pytest.mark.parametrize(
    ("title", "is_seoul"),
    [
        ("JCS detects North Korean missile launch", True),
        ("Missile was fired from N. Korea, the JCS told reporters", True),
        ("US JCS briefs Congress on North Korea", False),
        ("JCS chairman visits Kyiv", False),
    ],
)
def test_jcs_is_the_joint_chiefs_of_seoul_beside_korea(title: str, is_seoul: bool) -> None:
    """Several states have joint chiefs: the entity says which words show that they are these."""
    names = KnownNames(load_shipped().entities.values())
    keys = {name.key for name in features(title, known=names).facts.names}
    assert ("entity:joint-chiefs-of-staff-seoul" in keys) is is_seoul
