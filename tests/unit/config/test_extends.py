"""What stands in one's own file is added to a shared list or an entity, and counts as if it stood there."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.config.loading.rule_files import LoadedRules
from monitor.lab.lints.all_lints import LintContext, find_lints
from monitor.matching import compile_rules
from tests.support.building import article

_SHARED = """\
entity: taiwan
kind: place
name: Taiwan
in: [islands]
sure: {en: [Taiwan]}
never: {en: [Taiwan Street]}
---
list: denials
before: {within: 2 words, words: {en: [denied]}}
---
list: drills
words: {en: [drill]}
"""
_RULES = """\
rule: drills
title: Drills
level: high
match: {all: [{entity: taiwan}, {list: drills, ignore: {list: denials}}]}
---
rule: other
title: Other
level: low
match: {words: [other]}
---
rule: my-places
title: My places
level: low
match: {any: [{entity: {in: islands}}, {list: drills}]}
"""


def loaded(folder: Path, own: str = "") -> LoadedRules:
    """The shared files, and one's own."""
    for name, text in (("shared", _SHARED), ("rules", _RULES), ("own", own)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_rules([folder])


def fires(rules: LoadedRules, title: str) -> bool:
    matches = compile_rules(rules.rules.values(), rules.entities, rules.lists).match(article(title=title, text=""))
    return "drills" in {match.rule for match in matches}


@pytest.mark.parametrize(
    ("own", "title", "before"),
    [
        ("{extends: taiwan, sure: {en: [Formosa]}}", "A drill near Formosa", False),
        ("{extends: taiwan, never: {en: [Taiwan Hotel]}}", "A drill in the Taiwan Hotel", True),
        (
            "{extends: taiwan, maybe: {words: [TW], counts_if: {near: {within: 3 words, words: [army]}}}}",
            "A drill of the army, TW",
            False,
        ),
        ("{extends: drills, words: {en: [manoeuvre]}}", "A manoeuvre near Taiwan", False),
        ("{extends: drills, words: {ru: [учение]}, forms: all}", "Taiwan, учения", False),
        ("{list: games, words: [war game]}\n---\n{extends: drills, lists: [games]}", "A war game near Taiwan", False),
        (
            (
                "{entity: han-kuang, kind: event, name: Han Kuang, sure: [Han Kuang]}\n---\n"
                "{extends: drills, entities: [han-kuang]}"
            ),
            "Taiwan begins Han Kuang",
            False,
        ),
        ("{extends: denials, words: [fire drill]}", "A fire drill in Taiwan", True),
        ("{extends: denials, before: {within: 3 words, words: [no]}}", "There was no such drill near Taiwan", True),
        ("{extends: denials, after: {within: 3 words, words: [cancelled]}}", "Taiwan: the drill is cancelled", True),
    ],
)
def test_what_is_added_counts(tmp_path: Path, own: str, title: str, before: bool) -> None:
    """And changes the version of each rule that names it, and of no other."""
    alone, rules = loaded(tmp_path), loaded(tmp_path, own)
    assert rules.faults == ()
    assert (fires(alone, title), fires(rules, title)) == (before, not before)
    assert not fires(rules, "Taiwan denied a drill")
    changed = {id_ for id_, rule in rules.rules.items() if rule.version != alone.rules[id_].version}
    assert "drills" in changed
    assert "other" not in changed


def test_several_may_add_to_one(tmp_path: Path) -> None:
    """Each of them counts."""
    rules = loaded(
        tmp_path,
        "{extends: taiwan, sure: [Formosa]}\n---\n{extends: taiwan, sure: [ROC, Taiwan], in: [desk]}\n---\n"
        "{extends: denials, before: {within: 1 word, words: [no]}}\n---\n"
        "{extends: denials, before: {within: 1 word, words: [without]}}",
    )
    assert rules.faults == ()
    assert [term.text for term in rules.entities["taiwan"].sure] == ["Taiwan", "Formosa", "ROC", "Taiwan"]
    assert rules.entities["taiwan"].groups == ("islands", "desk")
    assert fires(rules, "A drill near Formosa")
    assert not fires(rules, "No drill near ROC")
    assert not fires(rules, "Taiwan without a drill")


def test_a_group_grows_by_what_is_added(tmp_path: Path) -> None:
    """A rule that names the group has another version, and finds the new member."""
    own = "{extends: taiwan, in: [mine]}\n---\n{rule: r, title: R, level: low, match: {entity: {in: mine}}}"
    rules = loaded(tmp_path, own)
    assert rules.faults == ()
    found = compile_rules([rules.rules["r"]], rules.entities, rules.lists).match(article(title="Taiwan", text=""))
    assert [match.rule for match in found] == ["r"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("{extends: taiwna, sure: [a]}", "1:11: there is no entity 'taiwna'; did you mean 'taiwan'?"),
        ("{extends: dirlls, words: [a]}", "1:11: there is no list 'dirlls'; did you mean 'drills'?"),
        (
            "{extends: drills, sure: [a]}",
            "1:11: 'drills' is a list; to it can be added: words, lists, entities, before, after",
        ),
        (
            "{extends: taiwan, words: [a]}",
            "1:11: 'taiwan' is an entity; to it can be added: sure, maybe, never, titles, in",
        ),
        (
            "{extends: taiwan, sure: [a], words: [b]}",
            "1:30: 'sure' is added to an entity and 'words' to a list; write two",
        ),
        (
            "{extends: taiwan}",
            "1:1: nothing is added here; write one of: sure, maybe, never, titles, in, words, lists, entities, before",
        ),
        ("{extends: taiwan, name: Formosa}", "1:19: I do not know 'name'"),
        ("{extends: drills, lists: [dirlls]}", "1:27: there is no list 'dirlls'; did you mean 'drills'?"),
        ("{extends: drills, lists: [drills]}", "1:27: this list would belong to itself, or to one that belongs to it"),
        (
            "{list: games, lists: [drills]}\n---\n{extends: drills, lists: [games]}",
            "3:27: this list would belong to itself, or to one that belongs to it",
        ),
        (
            (
                "{entity: bb, kind: place, name: B, sure: [Bb], maybe: {words: [b], counts_if: {near: "
                "{within: sentence, words: [c]}}}}\n---\n"
                "{extends: bb, maybe: {words: [d], counts_if: {sure_name_seen: in the article}}}"
            ),
            "3:22: the entity 'bb' has names already that are not enough alone; write these into its own file",
        ),
        ("{list: broken, words: a}\n---\n{extends: broken, words: [b]}", "1:23: expected a list, found text"),
    ],
)
def test_what_cannot_be_added_is_told_where_it_stands(tmp_path: Path, own: str, said: str) -> None:
    """What it would have added to is as before."""
    rules = loaded(tmp_path, own)
    file = tmp_path / "own.yaml"
    first = str(rules.faults[0]).removeprefix(f"{file}:")
    assert first.startswith(said)
    assert fires(rules, "A drill near Taiwan")


def test_what_is_added_to_something_faulty_points_there(tmp_path: Path) -> None:
    """So that it is mended there."""
    (tmp_path / "broken.yaml").write_text("{list: broken, words: a}", encoding="utf-8")
    rules = loaded(tmp_path, "{extends: broken, words: [b]}")
    said = [str(fault).removeprefix(f"{tmp_path}/") for fault in rules.faults]
    assert said[1].startswith(f"own.yaml:1:11: the list 'broken' cannot be used; see the faults at {tmp_path}")


def test_a_list_that_is_only_added_is_used(tmp_path: Path) -> None:
    """`check` does not say that nothing names it."""
    rules = loaded(tmp_path, "{list: games, words: [war game]}\n---\n{extends: drills, lists: [games]}")
    everything = LintContext(rules.rules, rules.entities, rules.lists, rules.documents, is_complete=True)
    found = find_lints(everything, [*rules.lists.values(), *rules.entities.values()])
    assert [lint for lint in found if lint.kind == "unused-list"] == []


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    """A name may count beside a list that has its words from another extension, which may come later."""
    near = "maybe: {words: {en: [the island]}, counts_if: {near: {within: sentence, list: denials}}}"
    more = "extends: denials\nwords: {en: [dismissed]}"
    for own in (f"extends: taiwan\n{near}\n---\n{more}", f"{more}\n---\nextends: taiwan\n{near}"):
        rules = loaded(tmp_path, f"{own}\n")
        assert [str(fault) for fault in rules.faults] == []
        assert fires(rules, "A drill on the island was dismissed")


def test_an_entity_may_need_what_is_added_to_a_list(tmp_path: Path) -> None:
    """Its own file names the list; another one gives the list its words."""
    entity = "entity: kinmen\nkind: place\nname: Kinmen\nsure: {en: [Kinmen]}\nmaybe: {words: {en: [Quemoy]}, "
    entity += "counts_if: {near: {within: sentence, list: denials}}}\n"
    own = f"{entity}---\nextends: denials\nwords: [dismissed]\n"
    assert [str(fault) for fault in loaded(tmp_path, own).faults] == []


def test_what_is_added_to_nothing_usable_is_a_fault_once(tmp_path: Path) -> None:
    """What it would have added to cannot be had itself; others are not touched."""
    own = "list: mine\nlists: [nothing]\n---\nextends: mine\nwords: [a]\n---\nextends: drills\nwords: [b]\n"
    rules = loaded(tmp_path, own)
    assert [fault.problem for fault in rules.faults] == ["there is no list 'nothing'", "the list 'mine' cannot be used"]
    assert "b" in {term.text for term in rules.lists["drills"].terms}


def test_katakana_may_be_added_with_edges(tmp_path: Path) -> None:
    """As in the list itself."""
    rules = loaded(tmp_path, "extends: drills\nwords: {ja: [スト]}\nedges: words\n")
    assert {term.text: term.edged for term in rules.lists["drills"].terms} == {"drill": False, "スト": True}
