"""Imported queries mean what they say: a naive evaluator over words against the rule by the live matcher."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from monitor.config.editing.rule_lists import RuleListFormat
from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.expectations import find_test_failures
from monitor.matching import compile_rules
from monitor.model import Article, MatchKind
from monitor.services.commands.rule_import import import_rules
from tests.support.building import article

NOW = datetime(2026, 1, 5, tzinfo=UTC)
BATCHES, QUERIES, TEXTS = 24, 25, 12
LATIN = ["Busan", "strike", "strikes", "walkout", "live-fire", "don't", "café", "L'Oréal", "U-20", "port"]
PHRASES = ["port strike", "live fire drill", "Busan port", "don’t strike"]
OPEN = ["strike*", "*out", "live-f*"]
HAN, HANGUL = ["罢工", "釜山", "港"], ["북한", "파업"]
IN_TEXTS = [
    *LATIN, "STRIKE", "dont", "cafe", "live", "fire", "drill", "firestrike", "striker", "out", "U20",
    "釜山港罢工了", "釜 山", "罢工", "북한이", "북한산", "파업을", "총파업", "port", "strike",
]  # fmt: skip
PARTICLES = ("", "이", "을")


# --- queries, and what they mean ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    """A query as a tree: `kind` is word, and, or, not or near."""

    kind: str
    parts: tuple[Query, ...] = ()
    word: str = ""
    field: str = ""
    within: int = 0
    in_order: bool = False


def make_query(chance: Random, depth: int = 0) -> Query:
    kinds = ["word"] if depth > 3 else ["word", "word", "and", "or", "not", "near"]
    if depth == 0:
        kinds = ["and", "and", "or", "not"]
    match kind := chance.choice(kinds):
        case "word":
            pools = [LATIN, LATIN, PHRASES, OPEN, HAN, HANGUL]
            return Query(kind, word=chance.choice(chance.choice(pools)), field=chance.choice(["", "", "", "intitle:"]))
        case "not":
            return Query(kind, (make_query(chance, depth + 1),))
        case "near":
            parts = tuple(Query("word", word=chance.choice([*LATIN, *PHRASES])) for _ in "ab")
            return Query(kind, parts, within=chance.randint(0, 4), in_order=chance.random() < 0.3)
        case _:
            return Query(kind, tuple(make_query(chance, depth + 1) for _ in range(chance.randint(2, 3))))


def write(query: Query, chance: Random) -> str:
    """The query in one of the ways in which people write it."""
    match query.kind:
        case "word":
            quoted = " " in query.word or chance.random() < 0.2
            return f'{query.field}"{query.word}"' if quoted else f"{query.field}{query.word}"
        case "not":
            inside = write(query.parts[0], chance)
            inside = inside if query.parts[0].kind == "word" else f"({inside})"
            return chance.choice(["NOT ", "-"]) + inside
        case "near":
            one, other = (write(part, chance) for part in query.parts)
            number = query.within
            signs = (
                [f"ONEAR/{number}", f"pre/{number}"]
                if query.in_order
                else [f"NEAR/{number}", f"w/{number}", f"AROUND({number})"]
            )
            return f"{one} {chance.choice(signs)} {other}"
        case kind:
            joined = {"and": [" AND ", " "], "or": [" OR ", " | "]}[kind]
            texts = [write(part, chance) for part in query.parts]
            return chance.choice(joined).join(
                text if part.kind in ("word", "not") else f"({text})"
                for part, text in zip(query.parts, texts, strict=True)
            )


def holds(query: Query, page: Article) -> bool:
    """Whether an article meets the query: slowly, word by word."""
    match query.kind:
        case "word":
            return any(find(query.word, text) for text in fields(page, query.field))
        case "not":
            return not holds(query.parts[0], page)
        case "near":
            return any(are_near(query, text) for text in fields(page, ""))
        case "and":
            return all(holds(part, page) for part in query.parts)
        case _:
            return any(holds(part, page) for part in query.parts)


def fields(page: Article, field: str) -> list[str]:
    return [page.title] if field else [page.title, page.text]


def are_near(query: Query, text: str) -> bool:
    one, other = (find(part.word, text) for part in query.parts)
    tokens = tokenize(text)
    for first, last in one:
        for start, end in other:
            in_turn, reversed_ = start >= last, first >= end and not query.in_order
            between = tokens[last:start] if in_turn else tokens[end:first]
            if (in_turn or reversed_) and sum(map(count_words, between)) <= query.within:
                return True
    return False


def count_words(token: str) -> float:
    """Two characters of Han count as a word."""
    return len(token) / 2 if "一" <= token[0] <= "鿿" else 1


def find(word: str, text: str) -> list[tuple[int, int]]:
    """Where a word or phrase is: the numbers of its first token and of the one behind it."""
    if word in HAN:
        return [(0, 1)] * (word in text.replace(" ", ""))
    if word in HANGUL:
        return [(0, 1)] * any(token.startswith(word) and token[len(word) :] in PARTICLES for token in text.split())
    tokens, wanted = tokenize(text), tokenize(word, keep="*")
    return [
        (at, at + len(wanted))
        for at in range(len(tokens) - len(wanted) + 1)
        if all(is_word(token, one) for token, one in zip(tokens[at:], wanted, strict=False))
    ]


def is_word(token: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return token.startswith(wanted[:-1])
    return token.endswith(wanted[1:]) if wanted.startswith("*") else token == wanted


def tokenize(text: str, keep: str = "") -> list[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return re.sub(rf"[^\w{re.escape(keep)}]", " ", plain).split()


# --- the test ----------------------------------------------------------------------------------------------------


def make_texts(chance: Random) -> Iterator[Article]:
    for _ in range(TEXTS):
        title, text = (" ".join(chance.choices(IN_TEXTS, k=chance.randint(0, 9))) for _ in "ab")
        yield article(title=title, text=text)


def test_a_rule_hits_what_its_query_means() -> None:
    """Negation inside OR, NOT in NOT, phrases, fields, proximity, open words, Han, Hangul, hyphens and apostrophes. A
    query that an article without any of the words would meet is refused, and no other is."""
    hits, kinds = Counter[bool](), Counter[str]()
    for seed in range(BATCHES):
        chance = Random(seed)
        queries = [make_query(chance) for _ in range(QUERIES)]
        texts = [write(query, chance) for query in queries]
        compare(queries, texts, list(make_texts(chance)), hits)
        kinds.update(kind for query in queries for kind in kinds_in(query))
    assert min(hits[True], hits[False]) >= 0.1 * hits.total()
    assert min(kinds.values()) >= 20, kinds


def compare(queries: Sequence[Query], texts: Sequence[str], pages: Sequence[Article], hits: Counter[bool]) -> None:
    done = import_rules("\n".join(texts).encode(), "list", RuleListFormat.BOOLEAN, frozenset(), NOW)
    nothing = article(title="", text="")
    impossible = {fault.place.line for fault in done.faults if "no article can match" in fault.problem}
    assert not any(holds(queries[line - 1], page) for line in impossible for page in pages), done.faults
    refused = {fault.place.line for fault in done.faults} - impossible
    wrong = refused ^ {line for line, query in enumerate(queries, 1) if holds(query, nothing)}
    assert not wrong, ([texts[line - 1] for line in wrong], done.faults)
    rules = [rule_from_document(document) for document in parse_yaml_text(done.document, "rules.yaml")]
    assert find_test_failures(rules, {}, {}, {}, NOW) == ()
    line_of = {rule.id: rule.line for rule in done.rules}
    compiled = compile_rules(rules, {})
    for page in pages:
        found = compiled.match(page)
        assert {match.kind for match in found} <= {MatchKind.NEWS}
        wanted = {line for line in line_of.values() if holds(queries[line - 1], page)}
        wrong = wanted ^ {line_of[match.rule] for match in found}
        assert not wrong, "\n".join(str((texts[line - 1], page.title, page.text, line in wanted)) for line in wrong)
        hits.update(line in wanted for line in line_of.values())


def kinds_in(query: Query) -> Iterator[str]:
    yield query.kind
    for part in query.parts:
        yield from kinds_in(part)
        if (query.kind, part.kind) in (("or", "not"), ("not", "not"), ("not", "and"), ("not", "or"), ("not", "near")):
            yield f"{part.kind} in {query.kind}"
