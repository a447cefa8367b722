"""How `rules coverage` and `rules tune` print what they found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.lab.improving.coverage import Coverage, DecisiveDemand
from monitor.lab.improving.effect import Effect
from monitor.lab.improving.examples import Example, ExampleVerdict
from monitor.lab.improving.missing_references import MissingReference
from monitor.lab.improving.missing_words import MissingWord
from monitor.lab.improving.phrases import quote_sentence
from monitor.lab.improving.relaxing import describe_part
from monitor.lab.improving.rule_changes import write_leaf
from monitor.lab.improving.tuning import Proposal, RefusedChange
from monitor.sanitize import sanitize_line
from monitor.wording.quantities import format_count

_UNJUDGED_SHOWN = 10
_SHOWN = 3  # articles of each kind that are quoted
_LONGEST = 200  # characters of a quotation


def format_coverage(found: Coverage, most: int, *, with_single: bool) -> Iterator[str]:
    """A coverage as people read it, without its table of languages."""
    judged = sum(count.wanted for count in found.languages.values())
    yield (
        f"{found.rule.id}: {format_count(found.articles, 'article')}, {len(found.hits)} hit; {judged} wanted, of which "
        f"{len(found.missed)} are missed; {format_count(len(found.false_alarms), 'false alarm')}"
    )
    if found.likely:
        yield f"nobody has judged {found.likely} more that are likely to be wanted and that it misses"
    if found.unmatched_sources:
        sources = ", ".join(
            f"{source or 'no source'} ({count})" for source, count in found.unmatched_sources.most_common(8)
        )
        yield f"in languages that it cannot match: articles of {sanitize_line(sources)}"
    yield from _format_misses(found, most)
    yield from _format_words(found, most, with_single=with_single)
    yield from _format_references(found, most)
    yield from _format_unjudged(found)


def _format_misses(found: Coverage, most: int) -> Iterator[str]:
    if found.missed:
        yield "\nwhat decides the misses"
    for demand in found.demands[:most]:
        yield from _format_demand(demand, len(found.missed))
    if found.unexplained:
        yield f"  {len(found.unexplained)} of {len(found.missed)}  no change of one or two demands would gain them"
        yield from _quote_examples("    missed", found.unexplained)


def _format_words(found: Coverage, most: int, *, with_single: bool) -> Iterator[str]:
    words = [word for word in found.words if with_single or word.is_supported]
    single = len(found.words) - len(words)
    if words:
        yield "\nwords that it lacks: each was tried"
        for word in words[:most]:
            yield from _format_word(word)
    if single:
        yield f"\n{format_count(single, 'word')} with one article for it: --single shows them"


def _format_references(found: Coverage, most: int) -> Iterator[str]:
    if found.references:
        yield "\nlists and entities with words of its conditions: each was tried"
    for reference in found.references[:most]:
        effect = reference.effect
        yield f"  {sanitize_line(str(reference.change))} ({reference.place})"
        yield from _format_shared(reference, found)
        yield f"    {_describe_support(reference)}"
        yield from _quote_examples("    +", effect.gained)
        yield from _quote_examples("    -", effect.brought)
        yield from _quote_examples("    ?", effect.unjudged_gained)


def _describe_support(reference: MissingReference) -> str:
    effect = reference.effect
    lost = len(effect.lost) + len(effect.unjudged_lost)
    if not (lost or effect.gained or effect.brought or effect.unjudged_gained):
        return "no article here has its other words where the rule needs them"
    likely = sum(example.is_inferred for example in effect.unjudged_gained)
    inferred = f", {likely} of them likely" if likely else ""
    supported = "" if reference.is_supported else "; not supported by articles here"
    return (
        f"gains {len(effect.gained)}, {effect.support} independent; brings {len(effect.brought)} unwanted, "
        f"{len(effect.unjudged_gained)} that nobody has judged{inferred}"
        f"{f'; loses {lost}' if lost else ''}{supported}"
    )


def _format_shared(reference: MissingReference, found: Coverage) -> Iterator[str]:
    """What it has of the condition's words, and what more; apart from these, the languages of articles here in which
    the condition has no words."""
    shared = ", ".join(reference.shared[:_SHOWN])
    dots = " ..." if len(reference.shared) > _SHOWN else ""
    yield f"    has {len(reference.shared)} of the {reference.words} words: {sanitize_line(shared)}{dots}"
    lacking = [language for language in found.languages if language in reference.lacking]
    if more := [f"{count} in {language}" for language, count in reference.more.items() if language not in lacking]:
        yield f"    more words: {', '.join(more)}"
    if lacking:
        counts = {language: found.languages[language].articles for language in lacking}
        described = (
            f"{language} ({format_count(counts[language], 'article')})"
            for language in sorted(lacking, key=lambda language: (-counts[language], language))
        )
        yield f"    and words in languages that the condition lacks: {', '.join(described)}"


def _format_unjudged(found: Coverage) -> Iterator[str]:
    unjudged = [hit for hit in found.hits if hit.verdict is ExampleVerdict.UNKNOWN]
    if unjudged:
        yield f"\n{format_count(len(unjudged), 'hit')} that nobody has judged"
        for hit in unjudged[:_UNJUDGED_SHOWN]:
            yield f"  ({hit.language}) {sanitize_line(hit.article.title[:_LONGEST])}"
            yield f"      {sanitize_line(hit.article.url or hit.id)}"


def _format_demand(demand: DecisiveDemand, missed: int) -> Iterator[str]:
    relaxation = demand.relaxation
    others = f"; without it, {format_count(demand.others, 'other article')} would be hit" if demand.others else ""
    yield f"  {len(demand.missed)} of {missed}  {sanitize_line(relaxation.description)} ({relaxation.place}){others}"
    yield from _quote_examples("    missed", demand.missed)


def _format_word(word: MissingWord) -> Iterator[str]:
    also = f" (or {', '.join(word.also)})" if word.also else ""
    likely = sum(example.is_inferred for example in word.gained)
    inferred = f", {likely} of them likely" if likely else ""
    what = sanitize_line(f"{word.term.language} “{word.term.text}”{also} for {describe_part(word.slot.part)}")
    yield (
        f"  {what}: gains {len(word.gained)}{inferred}, {word.support} independent; brings {len(word.brought)} "
        f"unwanted, {len(word.unjudged)} that nobody has judged"
    )
    yield from _quote_with_word("    +", word.gained, word.term.text)
    yield from _quote_with_word("    -", word.brought, word.term.text)
    yield from _quote_with_word("    ?", word.unjudged, word.term.text)


def _quote_with_word(sign: str, examples: Sequence[Example], word: str) -> Iterator[str]:
    for example in examples[:_SHOWN]:
        text = f"{example.article.title}\n{example.article.text}"
        yield f"{sign} {sanitize_line(quote_sentence(text, word)[:_LONGEST])}"


def _quote_examples(label: str, examples: Iterable[Example]) -> Iterator[str]:
    for example in list(examples)[:_SHOWN]:
        yield f"{label} ({example.language}) {sanitize_line(example.article.title[:_LONGEST])}"


def format_proposal(number: int, proposal: Proposal, remark: str = "") -> Iterator[str]:
    """A proposal with its number, its support, and what it changes."""
    effect = proposal.effect
    yield f"{number}. {sanitize_line(str(proposal.change))}{remark}"
    yield f"    {describe_effect(effect)}"
    yield from _quote_examples("    gains", effect.gained)
    yield from _quote_examples("    drops", effect.dropped)
    yield from _quote_examples("    brings", effect.brought)
    yield from _quote_examples("    ? hits", effect.unjudged_gained)
    yield from _quote_examples("    ? drops", effect.unjudged_lost)


def format_hint(number: int, hint: Proposal, found: Coverage, remark: str) -> Iterator[str]:
    """A hint with its number, and the words that the list or entity has."""
    yield from format_proposal(number, hint, remark)
    for reference in found.references:
        if reference.change == hint.change:
            yield from _format_shared(reference, found)


def describe_effect(effect: Effect) -> str:
    """The effect of a change, in numbers."""
    weeks = {example.week for example in (*effect.gained, *effect.dropped) if example.week}
    publishers = {example.publisher for example in (*effect.gained, *effect.dropped)}
    parts = [
        f"gains {len(effect.gained)}" if effect.gained else "",
        f"drops {len(effect.dropped)} of noise" if effect.dropped else "",
        f"brings {len(effect.brought)} of noise" if effect.brought else "",
        f"loses {len(effect.lost)} that are wanted" if effect.lost else "",
        f"{format_count(effect.failing_tests, 'test')} would fail" if effect.failing_tests else "",
        f"{len(effect.unjudged_gained)} more that nobody has judged" if effect.unjudged_gained else "",
        f"{len(effect.unjudged_lost)} fewer that nobody has judged" if effect.unjudged_lost else "",
    ]
    support = (
        f"support: {effect.support} independent ({format_count(len(publishers), 'publisher')}, "
        f"{format_count(len(weeks), 'week')})"
    )
    return f"{', '.join(filter(None, parts)) or 'changes nothing here'}; {support}"


def format_refused(refused: RefusedChange) -> str:
    """A change that is not proposed, and why."""
    return f"  {sanitize_line(str(refused.change))}: {refused.why} ({describe_effect(refused.effect)})"


def coverage_to_rows(found: Coverage) -> Iterator[dict[str, object]]:
    """A coverage as JSON has it."""
    for language, count in sorted(found.languages.items()):
        yield {
            "type": "language",
            "language": language,
            "can_match": count.can_match,
            "articles": count.articles,
            "wanted": count.wanted,
            "hit": count.hit,
            "missed": count.missed,
        }
    for demand in found.demands:
        yield {
            "type": "demand",
            "demand": demand.relaxation.demand,
            "description": demand.relaxation.description,
            "place": str(demand.relaxation.place),
            "missed": [example.id for example in demand.missed],
            "others": demand.others,
        }
    for word in found.words:
        yield {
            "type": "word",
            "language": word.term.language,
            "word": word.term.text,
            "also": list(word.also),
            "part": describe_part(word.slot.part),
            "path": list(word.slot.part.path),
            "score": round(word.score, 2),
            "support": word.support,
            **_list_ids(word.gained, word.brought, word.unjudged),
        }
    for reference in found.references:
        effect = reference.effect
        yield {
            "type": "reference",
            **write_leaf(reference.change.leaf),
            "part": describe_part(reference.change.words.part),
            "path": list(reference.change.words.part.path),
            "in_place": reference.change.in_place,
            "shared": list(reference.shared),
            "words": reference.words,
            "more": dict(reference.more),
            "lacking": sorted(reference.lacking),
            "support": effect.support,
            **_list_ids(
                (*effect.gained, *(example for example in effect.unjudged_gained if example.is_inferred)),
                effect.brought,
                tuple(example for example in effect.unjudged_gained if not example.is_inferred),
            ),
        }
    yield {
        "type": "total",
        "rule": found.rule.id,
        "articles": found.articles,
        "hit": len(found.hits),
        "missed": [example.id for example in found.missed],
        "false_alarms": [example.id for example in found.false_alarms],
        "is_complete": found.is_complete,
    }


def _list_ids(
    gained: Iterable[Example], brought: Iterable[Example], unjudged: Iterable[Example]
) -> dict[str, list[str]]:
    """The ids of the articles that a change would add, by their verdict. `gained`: wanted ones, and likely ones."""
    ids: dict[str, list[str]] = {"gains": [], "gains_likely": []}
    for example in gained:
        ids["gains_likely" if example.is_inferred else "gains"].append(example.id)
    return ids | {"brings": [example.id for example in brought], "unjudged": [example.id for example in unjudged]}
