"""The compiled set against the reference evaluator, over generated rules and articles of the whole language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.matching import compile_rules
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    CountsIf,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    Ignore,
    In,
    Level,
    ListNamed,
    Match,
    MatchKind,
    Maybe,
    Named,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Pattern,
    Rule,
    RuleStatus,
    Term,
    Times,
    Unit,
    Where,
    WordList,
    Words,
    expand_all_in_near,
)
from monitor.text.scripts import KATAKANA
from tests.support.building import article
from tests.support.cases import SCRIPTS, Batch, batch
from tests.support.reference import Reading, World, belongs
from tests.support.writings import listed
from tests.support.zones import Zone

CASES = 20_000
RULES, ARTICLES = 4, 4  # of a batch
OF_EACH_CONSTRUCT, OF_EACH_SCRIPT, OF_EACH_KIND = 500, 1000, 500
SHOWN = 3  # of the differences
DENSE = 2_000  # texts of a few letters

CONSTRUCTS = listed(
    "words, list, list in list, entity in list, entity, group, group of, pattern, number, day, all, any, not, times, "
    "name, open end, case exact, forms, edges, shadow, unless, where, raises, lowers, mention, mention_if, news in "
    "title, news in about, news in text, title has some, near sentence, near paragraph, near words, near in order, "
    "all in near, near sharing words, near in near, in title, in lead, in text, in author, in tags, in url, ignore "
    "terms, ignore lists, ignore before, ignore after, maybe, never, titles, counts if sure_seen, counts if earlier, "
    "counts if near, counts if where, where languages, where sources, where tags, where publishers, where not, where "
    "unknown does not count"
)


@dataclass
class Tally:
    """What the cases were of, and where the two differ."""

    cases: int = 0
    kinds: Counter[MatchKind] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    by_mention: int = 0
    under_another: int = 0
    differences: list[str] = field(default_factory=list)


def test_the_compiled_set_decides_as_the_reference_does() -> None:
    """20,000 cases, no difference: whether a rule hits, as what, at which level, on evidence that counts, suffices and
    quotes the article. The cases are of every construct and every script, often enough and with many hits."""
    tally = Tally()
    for seed in range(CASES // (RULES * ARTICLES)):
        compare(batch(seed, RULES, ARTICLES), tally)
    assert tally.differences[:SHOWN] == []
    assert tally.cases == CASES
    assert tally.kinds.total() >= 0.3 * CASES
    assert {kind for kind in MatchKind if tally.kinds[kind] < OF_EACH_KIND} == set()
    assert tally.by_mention >= OF_EACH_CONSTRUCT
    assert tally.under_another >= OF_EACH_CONSTRUCT / 10
    assert {script for script in SCRIPTS if tally.scripts[script] < OF_EACH_SCRIPT} == set()
    assert sorted(tally.constructs) == sorted(CONSTRUCTS)
    assert {each: n for each, n in tally.constructs.items() if n < OF_EACH_CONSTRUCT} == {}
    assert {each: tally.fired[each] for each in CONSTRUCTS if tally.fired[each] < OF_EACH_CONSTRUCT / 5} == {}


def compare(cases: Batch, tally: Tally) -> None:
    """Holds the compiled set against the reference, each rule on each article."""
    world = replace(cases.world, rules=tuple(cases.rules))
    compiled = compile_rules(cases.rules, world.entities, world.lists, world.sources)
    parts_of = {rule.id: list(parts(rule, world)) for rule in cases.rules}
    used = {rule.id: constructs(rule, parts_of[rule.id]) for rule in cases.rules}
    for each in cases.articles:
        matches, reading = compiled.match(each), Reading(each, world)
        found = {match.rule: match for match in matches}
        if [match.rule for match in matches] != [rule.id for rule in cases.rules if rule.id in found]:
            tally.differences.append(f"not each once, in the order of the set: {matches}")
        for rule in cases.rules:
            expected = reading.verdict(rule)
            tally.cases += 1
            tally.scripts[cases.script] += 1
            tally.constructs.update(used[rule.id])
            if expected is not None:
                tally.kinds[expected[0]] += 1
                tally.fired.update(used[rule.id])
                tally.by_mention += reading.caught(rule) == (rule.mention, NewsIn.TEXT)
                tally.under_another += under_another(rule, reading)
            for wrong in differences(rule, found.get(rule.id), expected, reading, parts_of[rule.id]):
                tally.differences.append(f"{wrong}\n  {rule}\n  {each}\n  {world}")


def under_another(rule: Rule, reading: Reading) -> bool:
    """Whether what the title is about is all that keeps an article from being the rule's news."""
    near_enough = rule.news_in is NewsIn.ABOUT and reading.holds(rule.condition, reading.within(NewsIn.ABOUT))
    return near_enough and reading.is_about_another(rule)


def differences(
    rule: Rule,
    match: Match | None,
    expected: tuple[MatchKind, Level] | None,
    reading: Reading,
    used: Sequence[object],
) -> Iterator[str]:
    """What the compiled set sees otherwise, and what is wrong with its evidence."""
    decided = None if match is None else (match.kind, match.level)
    if decided != expected:
        yield f"{decided} instead of {expected}"
    elif match is not None:
        yield from reading.faults(rule, match)
        yield from misquoted(match, reading.article, used)


def misquoted(match: Match, page: Article, used: Sequence[object]) -> Iterator[str]:
    """Evidence that is not the article's own text, or that no word which it names can be read from."""
    fields = {
        Field.TITLE: page.title,
        Field.TEXT: page.text,
        Field.AUTHOR: ", ".join(page.authors),
        Field.TAGS: ", ".join(page.tags),
        Field.URL: page.url,
    }
    patterns = {part.pattern for part in used if isinstance(part, Pattern)}  # may need what stands beside the tokens
    terms = [part for part in used if isinstance(part, Term) and part.text not in patterns]
    for span in match.evidence:
        if (fields[span.field] or "")[span.start : span.end] != span.text:
            yield f"{span} does not quote the article"
        named = [term for term in terms if term.text == span.term]
        if named and not any(Zone(span.text, prose=False).found(term) for term in named):
            yield f"{span} does not show its word"


# --- dense texts -------------------------------------------------------------------------------------------------


def test_near_is_exact_where_everything_is_near_everything() -> None:
    """Hits that begin together, end together and lie inside each other, at every small distance: no difference."""
    chance = Random(1)
    for _ in range(DENSE):
        letters = chance.choices("abc北", k=chance.randint(6, 18))
        rule = replace(of_near(chance, letters), unless=of_near(chance, letters).condition)
        page = article(title="", text="".join(f"{letter}{chance.choice('   .')} " for letter in letters))
        for each in (replace(rule, unless=None), rule):
            assert found_otherwise(each, page) == []


def of_near(chance: Random, letters: list[str]) -> Rule:
    """A rule that looks for pieces of the letters near each other."""
    starts = chance.choices(range(len(letters)), k=chance.choice([2, 3, 3, 4, 6]))
    pieces = [letters[start : start + chance.choice([1, 1, 2, 4, 7])] for start in starts]
    members = tuple(Words((Term(" ".join(piece)),)) for piece in pieces)
    in_order, share = chance.random() < 0.3, chance.random() < 0.3
    words, unit = chance.choice([1, 1, 2, 3, None]), chance.choice(list(Unit))
    near = Near(members, words, unit, in_order=in_order, may_share_words=share and not in_order)
    return Rule("r", "R", Level.HIGH, near, "v1")


def found_otherwise(rule: Rule, page: Article) -> list[str]:
    """How the compiled set differs from the reference, of one rule and one article."""
    (match,) = compile_rules([rule], {}).match(page) or (None,)
    reading = Reading(page, World())
    return list(differences(rule, match, reading.verdict(rule), reading, list(parts(rule, reading.world))))


# --- odd texts ---------------------------------------------------------------------------------------------------

# Letters that fold to several, join with their neighbours, stand for several words, or only steer the display.
ODD = "ßẞﬁİıŁłё\u0301é\u00adＡ½㍿㌔ｶﾞガ각가ᄀ臺台薴苧ᾳςΣ\u200bا\u064bأ・々〇ーๆ한K️\u02bc’'-.*_ \n\u3000\x02\x00aA1"
odd = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=12)


@given(st.lists(odd, min_size=1, max_size=3), odd, odd, st.booleans())
@example(["ß"], "SS", "ẞ", True)
def test_odd_words_are_found_in_odd_texts_as_the_reference_finds_them(
    words: list[str], before: str, after: str, exact: bool
) -> None:
    """Whatever a word is of, in whatever text."""
    condition = Words(tuple(Term(word, exact=exact) for word in words))
    rule = Rule("r", "R", Level.HIGH, condition, "v1")
    for text in (before + words[0] + after, before + after, f"{before} {words[-1]}{after}"):
        assert found_otherwise(rule, article(title=before, text=text)) == []


# --- which constructs a rule uses --------------------------------------------------------------------------------

_NODES = {
    Words: "words", ListNamed: "list", EntityNamed: "entity", Pattern: "pattern", AllOf: "all", NumberNamed: "number",
    DayNamed: "day", AnyOf: "any", Not: "not", Times: "times", Named: "name", Maybe: "maybe",
}  # fmt: skip


def constructs(rule: Rule, used: Sequence[object]) -> set[str]:
    """The names of all that a rule uses; `used` are its parts, its lists and entities included."""
    found = {"shadow"} if rule.status is RuleStatus.SHADOW else set()
    for key in ("unless", "where", "raises", "lowers", "mention", "mention_if"):
        found |= {key} if getattr(rule, key) else set()
    if rule.title_has_some:
        found.add("title has some")
    if rule.news_in is not NewsIn.LEAD:
        found.add(f"news in {rule.news_in}")
    for part in used:
        found |= set(_uses(part))
    return found


def parts(part: object, world: World) -> Iterator[object]:
    if isinstance(part, tuple):
        for each in part:
            yield from parts(each, world)
    elif is_dataclass(part):
        yield part
        for field in fields(part):
            yield from parts(getattr(part, field.name), world)
    match part:
        case EntityNamed():
            yield from parts(world.entities[part.entity], world)
        case GroupNamed():
            yield from parts(tuple(each for each in world.entities.values() if belongs(each, part)), world)
        case ListNamed():
            yield from parts(world.lists[part.list], world)
        case WordList():
            yield from parts(tuple(map(ListNamed, part.lists)), world)
            yield from parts(tuple(map(EntityNamed, part.entities)), world)


def within_near(near: Near) -> Iterator[Condition]:
    """What is in a near, names and `any` and `all` looked through."""
    waiting = [*near.conditions]
    while waiting:
        match each := waiting.pop():
            case Named():
                waiting.append(each.condition)
            case AnyOf() | AllOf():
                waiting += each.conditions
            case _:
                yield each


def _uses(part: object) -> Iterator[str]:
    match part:
        case Near():
            yield f"near {'words' if part.words else part.unit}"
            yield from ["near in order"] if part.in_order else []
            yield from ["near in near"] if any(isinstance(each, Near) for each in within_near(part)) else []
            yield from ["near sharing words"] if part.may_share_words else []
            yield from ["all in near"] if expand_all_in_near(part) is not part else []
        case GroupNamed():
            yield "group"
            yield from ["group of"] if part.of else []
        case In():
            yield f"in {part.field}"
        case Term():
            yield from ["case exact"] if part.exact else []
            yield from ["open end"] if "*" in part.text else []
            yield from ["forms"] if part.forms and part.language == "ru" else []
            yield from ["edges"] if part.edged and KATAKANA.search(part.text) else []
        case Ignore():
            yield from (f"ignore {key}" for key in ("terms", "lists", "before", "after") if getattr(part, key))
        case Where():
            yield from (f"where {key}" for key in ("languages", "sources", "tags", "publishers") if getattr(part, key))
            yield from ["where not"] if part.excluded else []
            yield from ["where unknown does not count"] if not part.unknown else []
        case CountsIf():
            yield from (f"counts if {key}" for key in ("sure_seen", "earlier", "near", "where") if getattr(part, key))
        case WordList():
            yield from (f"{key} in list" for key, given in (("list", part.lists), ("entity", part.entities)) if given)
        case Entity():
            yield from (key for key in ("never", "titles") if getattr(part, key))
        case _:
            yield from [_NODES[type(part)]] if type(part) in _NODES else []
