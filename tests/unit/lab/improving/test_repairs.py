"""Shipped rules that were made worse on purpose are repaired by what people have marked: five that bring noise, and
three that lack words. No article that was right is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.config.editing.document_edit import apply_edits
from monitor.config.editing.edits import Edit, InsertKey, RemoveKey
from monitor.config.language.rules import rule_from_document
from monitor.config.loading.load import load_rules
from monitor.config.yaml.yaml12 import PlainData, ValuePath, parse_yaml_text
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.examples import Example
from monitor.lab.improving.relaxing import Definitions
from monitor.lab.improving.tuning import Refusal, Tuning, tune_rule
from tests.building import NOON
from tests.improving import UNWANTED, WANTED, example

ROOT = Path(__file__).parents[4]
RULES = ROOT / "rules"


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    loaded = load_rules([RULES / "lists", ROOT / "seeds" / "entities"])
    return Definitions(loaded.entities, loaded.lists, {}, {})


@dataclass(frozen=True)
class Case:
    """A shipped rule, what was done to it, and headlines: all `wanted` must be hit afterwards, and none `unwanted`."""

    file: str
    edits: tuple[Edit, ...]
    wanted: Sequence[str]
    unwanted: Sequence[str] = ()


def widen(path: ValuePath, leaf: str, name: str, *words: str) -> tuple[Edit, ...]:
    """Words beside a list, or another leaf, of the rule."""
    parts: PlainData = [{leaf: name}, {"words": {"en": [*words]}}]
    return (RemoveKey((*path, leaf)), InsertKey(path, "any", parts))


def narrow(path: ValuePath, leaf: str, **words: list[str]) -> tuple[Edit, ...]:
    """A few words in place of a list."""
    by_language: PlainData = {language: [*texts] for language, texts in words.items()}
    return (RemoveKey((*path, leaf)), InsertKey(path, "words", by_language))


SLOT: ValuePath = ("match", "near", "these", 1)
STRIKES = (
    "Dockworkers at Port of Montreal begin strike",
    "Ferry crews in Oslo begin strike",
    "Port of Gdynia: dockers on strike for a third day",
)
NOISY = {
    "a word that is too wide": Case(
        "labour-and-ports/port-strike.yaml",
        widen(SLOT, "list", "strikes", "action"),
        STRIKES,
        [
            "Port of Bari awaits action on dredging",
            "Ferry operator takes action on late ships",
            "Action film shot in port",
        ],
    ),
    "a word inside a phrase": Case(
        "labour-and-ports/port-strike.yaml",
        widen(SLOT, "list", "strikes", "stops"),
        (*STRIKES, "Crane operator stops work in port over pay", "Ferry crew stops work over pay"),
        ["Cruise ship stops over in Port of Bari", "Liner stops over in port for repairs"],
    ),
    "an ignore less": Case(
        "health/bird-flu.yaml",
        (RemoveKey(("unless",)), RemoveKey(("mention_if",))),
        ["Bird flu confirmed at turkey farm in Norfolk", "Bird flu: 4,000 ducks culled in Brittany"],
        ["Bird flu vaccine trial begins at poultry farm", "Bird flu vaccine for poultry approved"],
    ),
    "no unless": Case(
        "labour-and-ports/port-strike.yaml",
        (RemoveKey(("unless",)),),
        STRIKES,
        ["Missiles strike port of Odesa again", "Missiles strike ferry terminal, two hurt"],
    ),
    "a word that is no harm": Case(
        "disasters/wildfire.yaml",
        widen(("match", "any", 0, "near", "these", 1), "list", "disaster-harm", "sales", "evacuees"),
        ["Wildfire near Athens forces thousands to evacuate", "Bushfires destroy 40 homes in New South Wales"],
        ["Sales of wildfire insurance rise", "Wildfire cover: sales double in a year"],
    ),
}
POOR = {
    "strikes": Case(
        "labour-and-ports/port-strike.yaml",
        narrow(SLOT, "list", en=["strike"], de=["Streik"]),
        (
            *STRIKES,
            "Longshoremen in Seattle stage walkout",
            "Walkout shuts ferry terminal in Cork",
            "Walkout at port of Lagos",
        ),
        ["Port of Cork expands", "Ferry to Oslo runs on time"],
    ),
    "recalls in two languages": Case(
        "recalls/product-recall.yaml",
        (
            RemoveKey(("match", "near", "these", 0, "any")),
            InsertKey(("match", "near", "these", 0), "words", {"en": ["recalls"], "ko": ["회수"]}),
        ),
        [
            "Toyota recalls 40,000 cars over brakes",
            "Ford withdraws 9,000 cars over airbags",
            "Maker withdraws toys with small parts",
            "현대차 3만대 리콜",
            "기아 승용차 2만대 리콜 실시",
        ],
        ["Toyota sells more cars", "현대차 판매 증가"],
    ),
    "fires": Case(
        "disasters/wildfire.yaml",
        narrow(("match", "any", 0, "near", "these", 0), "list", en=["wildfire*"], ru=["лесной пожар"]),
        [
            "Wildfire near Athens forces thousands to evacuate",
            "Bushfire near Perth forces hundreds to evacuate",
            "Bushfire destroys 12 homes in Victoria",
            "Bushfire in Tasmania: two dead",
        ],
        ["Hundreds evacuated after flood", "Flood destroys 12 homes"],
    ),
}


def spoil(case: Case) -> AnnotatedDocument:
    """The rule, made worse."""
    path = RULES / case.file
    text = apply_edits(path.read_text(encoding="utf-8"), path.name, 0, case.edits)
    (document,) = parse_yaml_text(text, path.name)
    return AnnotatedDocument(rule_from_document(document), document)


def language_of(title: str) -> str:
    return "ko" if any("가" <= letter <= "힣" for letter in title) else "en"


def mark(case: Case) -> list[Example]:
    """What people have marked, of different papers and weeks."""
    wanted = [example(title, WANTED, language=language_of(title), week=n) for n, title in enumerate(case.wanted)]
    return wanted + [
        example(title, UNWANTED, language=language_of(title), week=n) for n, title in enumerate(case.unwanted)
    ]


def tune(case: Case, definitions: Definitions) -> tuple[Tuning, list[Example]]:
    examples = mark(case)
    return tune_rule(spoil(case), examples, definitions, len(examples), NOON), examples


@pytest.mark.parametrize("name", [*NOISY, *POOR])
def test_a_spoiled_rule_is_repaired(name: str, definitions: Definitions) -> None:
    """Before, it brought noise or missed something; afterwards it does neither."""
    case = (NOISY | POOR)[name]
    tuning, examples = tune(case, definitions)
    compiled = definitions.compile_variants([tuning.rule, tuning.tuned])
    hits = {one.id: compiled.find_news(one.article) for one in examples}
    wrong = {one.article.title: (0 in hits[one.id]) is not (one.verdict is WANTED) for one in examples}
    assert any(wrong.values()), "it was not spoiled"
    changes = [str(proposal.change) for proposal in tuning.proposals]
    for one in examples:
        assert (1 in hits[one.id]) is (one.verdict is WANTED), (one.article.title, changes)


def test_what_fits_one_article_is_shown_as_refused(definitions: Definitions) -> None:
    """A single walkout proves nothing."""
    case = POOR["strikes"]
    single = Case(case.file, case.edits, case.wanted[:4], case.unwanted)
    copies = [*mark(single), example(case.wanted[3], WANTED)]
    tuning = tune_rule(spoil(single), copies, definitions, len(copies), NOON)
    assert not any("walkout" in str(proposal.change) for proposal in tuning.proposals)
    assert Refusal.ONE_TEXT in {refused.why for refused in tuning.refused}
