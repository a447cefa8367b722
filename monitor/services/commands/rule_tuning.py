"""Writes proposals into the file of a rule: as text, so that comments and layout stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite
from monitor.config.editing.document_edit import DocumentChange, find_document, prepare_changes
from monitor.config.language.rules import rule_from_document
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidRequest, MonitorError
from monitor.lab.improving.effect import Effect, measure_effect
from monitor.lab.improving.rule_edits import edits_from_changes
from monitor.lab.improving.tuning import Proposal, Tuning
from monitor.model import Rule
from monitor.services.queries.rule_improvement import definitions_of, find_annotated_rule


@dataclass(frozen=True, slots=True)
class TunedFile:
    """The file of a rule with proposals in it; nothing is written yet. `diff`: its lines, as `diff -u` prints them;
    `effect`: what the proposals do together."""

    rewrite: FileRewrite
    diff: Sequence[str]
    effect: Effect

    def write(self) -> None:
        """Replace the file. Raises MonitorError, and leaves the file as it is, if that is not safe."""
        self.rewrite.write()


def prepare_tuned_file(loaded: LoadedRules, tuning: Tuning, proposals: Sequence[Proposal]) -> TunedFile:
    """Edit the file of the rule. `proposals`: some of `tuning.choices`, in their order. Raises MonitorError, which
    names the proposal, if one cannot be written safely, or if the edited rule would not do what it says;
    InvalidRequest if these proposals, without the others, lose a wanted article or a test."""
    effect = _require_nothing_lost(loaded, tuning, _apply(tuning.rule, proposals))
    try:
        rewrite, diff = _edit_file(loaded, tuning, proposals)
    except MonitorError:
        for count, proposal in enumerate(proposals, 1):
            _require_editable(loaded, tuning, proposals[:count], tuning.choices.index(proposal) + 1)
        raise
    return TunedFile(rewrite, diff, effect)


def _require_editable(loaded: LoadedRules, tuning: Tuning, proposals: Sequence[Proposal], last: int) -> None:
    try:
        _edit_file(loaded, tuning, proposals)
    except MonitorError as error:
        is_hint = last > len(tuning.proposals)
        name, advice = ("hint", f"do not use --take {last}") if is_hint else ("proposal", f"use --leave {last}")
        raise MonitorError(f"{name} {last} cannot be written: make the change by hand, and {advice}: {error}") from None


def _edit_file(loaded: LoadedRules, tuning: Tuning, proposals: Sequence[Proposal]) -> tuple[FileRewrite, Sequence[str]]:
    annotated = find_annotated_rule(loaded, tuning.rule.id)
    edits = edits_from_changes(annotated.document.data, [proposal.change for proposal in proposals])
    path = Path(tuning.rule.place.file)
    rewrite = prepare_changes(path, [DocumentChange("rule", tuning.rule.id, tuple(edits))])
    before, after = (rewrite.before or b"").decode("utf-8-sig"), rewrite.after.decode("utf-8-sig")
    document = parse_yaml_text(after, str(path))[find_document(after, str(path), "rule", tuning.rule.id)]
    _require_same_hits(loaded, tuning, _apply(tuning.rule, proposals), rule_from_document(document))
    lines = unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    return rewrite, tuple(lines)


def _apply(rule: Rule, proposals: Sequence[Proposal]) -> Rule:
    for proposal in proposals:
        changed = proposal.change.apply(rule)
        assert changed is not None
        rule = changed
    return rule


def _require_nothing_lost(loaded: LoadedRules, tuning: Tuning, tuned: Rule) -> Effect:
    """Each proposal was tried on the rule with all those before it, and each hint with all proposals. Without one of
    these, or with several hints, something may be lost."""
    definitions = definitions_of(loaded)
    compiled = definitions.compile_variants([tuning.rule, tuned])
    news = compiled.find_news_of(tuning.coverage.relevant)
    before, after = definitions.find_failing_tests([tuning.rule, tuned], tuning.now)
    effect = measure_effect(news, 1, len(after - before))
    if effect.lost:
        raise InvalidRequest(
            f"together, these changes lose “{effect.lost[0].article.title}”, which is wanted: leave out more, or take "
            "fewer hints"
        )
    if after - before:
        raise InvalidRequest(
            f"{min(after - before)}: together, these changes break this test: leave out more, or take fewer hints"
        )
    return effect


def _require_same_hits(loaded: LoadedRules, tuning: Tuning, wanted: Rule, written: Rule) -> None:
    compiled = definitions_of(loaded).compile_variants([wanted, written])
    for example in tuning.coverage.relevant:
        if len(compiled.find_news(example.article)) == 1:
            place = tuning.rule.place
            raise MonitorError(
                f"{place}: this rule cannot be edited safely: make the changes by hand; nothing was changed"
            )
