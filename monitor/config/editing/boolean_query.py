"""Parses the queries of search engines and alert services: AND, OR, NOT, phrases, fields and proximity.

It knows what such a query means, and nothing of our rules. What it does not understand it reports with its place; it
guesses nothing and leaves nothing out.

query    = operands with AND, OR or nothing between them
operand  = unit, or unit NEAR/5 unit
unit     = word | "phrase" | (query) | NOT unit | -unit | field:unit
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.text.quotation_marks import CORNERS, PHRASE_IN_CORNERS, QUOTES

MAX_DEPTH: Final = 50
"""Of parentheses, NOT and fields inside each other."""

HOST: Final = "host"
"""The field of `site:`: a host, optionally with the beginning of a path."""

FIELDS = {
    **dict.fromkeys(("intitle", "title", "headline"), "title"),
    **dict.fromkeys(("intext", "body"), "body"),
    "site": HOST,
    **dict.fromkeys(("inurl", "url"), "url"),
    **dict.fromkeys(("author", "byline"), "author"),
}
"""The fields of a query, and what each is in a rule (`in`), or HOST."""

_KEYS_OF_RULES = {
    **dict.fromkeys(("source", "publisher"), "where: {sources: [ID]} or where: {publishers: [NAME]}"),
    **dict.fromkeys(("lang", "language"), "where: {languages: [...]}"),
    **dict.fromkeys(("location", "country", "region"), "where: {sources: [...]}, or names of the places"),
    **dict.fromkeys(("before", "after", "date", "when"), "max_age, because an alert is about new articles"),
}
"""Fields for which a rule has keys of another kind, and these keys."""
_UNKNOWN_FIELDS = {
    **{name: f"remove it here, and add to the rule {key}" for name, key in _KEYS_OF_RULES.items()},
    **dict.fromkeys(("allintitle", "allinurl", "allintext"), "write intitle:, inurl: or intext: before each word"),
}
_OTHER_FIELD = 'if it is text and not an operator, write it in quotes: "..."; otherwise write the rule by hand'

_TOKEN = re.compile(
    rf"""(?P<blank>\s+)
    | (?P<open>[(（]) | (?P<close>[)）])
    | (?P<phrase>(?:[{QUOTES}](?P<quoted>[^{QUOTES}]*)[{QUOTES}]|{PHRASE_IN_CORNERS})(?:~(?P<slop>[0-9]+))?)
    | (?P<quote>[{QUOTES}{CORNERS}])
    | (?P<near>(?:(?i:near|w)[/:]|NEAR|AROUND\(|/)(?P<far>[0-9]+|(?i:[sp])(?![\w]))\)?(?![^\s()（）]))
    | (?P<ordered>(?:(?i:onear|pre|p)[/:]|ADJ|ONEAR)(?P<ahead>[0-9]+)(?![^\s()（）]))
    | (?P<operator>(?:AND|OR|NOT|ANDNOT|XOR|NEAR|ONEAR|ADJ|AROUND|SAME|WITHIN)(?![^\s()（）])|\|\|?|&&?)
    | (?P<minus>[-−–‑‒])(?=[^\s)）])
    | (?P<field>(?P<name>[A-Za-z]+):)(?![\s/)）]|$)
    | (?P<word>[^\s()（）{QUOTES}{CORNERS}|]+)""",
    re.VERBOSE,
)
_HOST = re.compile(r"[\w.-]*\w(:[0-9]+)?(/\S*)?")
_OTHER_OPERATOR = re.compile(r"BUT|MINUS|EXCEPT|UNLESS|WITHOUT|NOT:|(AND|OR)[/_+-](OR|NOT|AND)|NEITHER|NOR")
_WEIGHT = re.compile(r"\w[~^][0-9.]*$")  # of a search engine: forms like this one, or words that count more
_SAME_OPERATOR = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND"}
_NO_DISTANCE = {"NEAR", "ONEAR", "ADJ", "AROUND", "WITHIN"}


class QueryDialect(StrEnum):
    """Whose queries they are. GOOGLE: OR binds closer than a blank between words. STRICT: engines differ in that, so
    AND and OR need parentheses between them."""

    GOOGLE = "google"
    STRICT = "strict"


class QueryProblem(ValueError):
    """What a query says and a rule cannot say, or what is wrong with it. `offset`: in its text."""

    def __init__(self, offset: int, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.offset, self.problem, self.hint = offset, problem, hint


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word or phrase; `field`: where it must be (`FIELDS`), None: anywhere."""

    text: str
    offset: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class QueryNear:
    """Two terms (or alternatives) near each other. `within`: at most so many words between them, "sentence" or
    "paragraph"."""

    parts: tuple[QueryNode, QueryNode]
    within: str
    in_order: bool
    offset: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class QueryAll:
    """All parts hold."""

    parts: tuple[QueryNode, ...]


@dataclass(frozen=True, slots=True)
class QueryAny:
    """One of the parts holds."""

    parts: tuple[QueryNode, ...]


@dataclass(frozen=True, slots=True)
class QueryNot:
    """The part does not hold."""

    part: QueryNode


QueryNode = QueryTerm | QueryNear | QueryAll | QueryAny | QueryNot


def parse_query(text: str, dialect: QueryDialect) -> QueryNode:
    """The query as a tree. Raises QueryProblem."""
    parser = _QueryParser(text, dialect)
    found = parser.parse_operands(0)
    if parser.kind == "close":
        raise parser.problem("a parenthesis is closed here that was never opened", "remove it, or open it")
    return found


def _make_mixture_problem(offset: int, written: Collection[str]) -> QueryProblem:
    """AND and OR without parentheses. `written`: the operators that are not left out."""
    hint = "put parentheses around what belongs together"
    if set(written) == {"OR"}:
        hint = f"{hint}; or, if this is a query of Google's, give --format google-alerts"
    return QueryProblem(offset, "AND and OR are mixed here, and engines differ in which comes first", hint)


class _QueryParser:
    """Goes through the tokens once. `kind` and `token` are of the token that comes next; kind "end": none."""

    def __init__(self, text: str, dialect: QueryDialect) -> None:
        self._text, self._dialect = text, dialect
        self._tokens = self._iter_tokens()
        self._advance()

    def _iter_tokens(self) -> Iterator[re.Match[str]]:
        at = 0
        while found := _TOKEN.match(self._text, at):
            at = found.end()
            if found.lastgroup != "blank":
                yield found

    def _advance(self) -> re.Match[str] | None:
        """The token that was next before."""
        found = getattr(self, "token", None)
        self.token = next(self._tokens, None)
        groups = self.token.groupdict() if self.token else {}
        kinds = ("open", "close", "phrase", "quote", "near", "ordered", "operator", "minus", "field", "word")
        self.kind = next((kind for kind in kinds if groups.get(kind) is not None), "end")
        return found

    @property
    def offset(self) -> int:
        """Where the next token begins."""
        return self.token.start() if self.token else len(self._text)

    def problem(self, problem: str, hint: str, offset: int | None = None) -> QueryProblem:
        """A problem at an offset, or at the next token."""
        return QueryProblem(self.offset if offset is None else offset, problem, hint)

    def parse_operands(self, depth: int) -> QueryNode:
        """Operands up to the end of the query or of these parentheses."""
        if depth > MAX_DEPTH:
            raise self.problem(f"more than {MAX_DEPTH} levels are inside each other", "write it in several rules")
        groups: list[list[QueryNode]] = [[self._parse_proximity(depth)]]
        operators: set[str] = set()
        written: set[str] = set()  # an operator that is left out is AND
        while self.kind not in ("end", "close"):
            at = self.offset
            if self.kind == "operator" and self.token:
                written.add(_SAME_OPERATOR.get(self.token[0], self.token[0]))
            operator = self._take_operator()
            operators.add(operator)
            if self._dialect is QueryDialect.STRICT and len(operators) == 2:
                raise _make_mixture_problem(at, written)
            operand = self._parse_proximity(depth)
            if operator == "OR":
                groups[-1].append(operand)
            else:
                groups.append([operand])
        anys = [group[0] if len(group) == 1 else QueryAny(tuple(group)) for group in groups]
        return anys[0] if len(anys) == 1 else QueryAll(tuple(anys))

    def _take_operator(self) -> str:
        """AND or OR before the next operand; nothing means AND."""
        if self.kind != "operator" or self.token is None:
            return "AND"
        word = _SAME_OPERATOR.get(self.token[0], self.token[0])
        if word in ("AND", "OR"):
            self._advance()
            return word
        if word in ("NOT", "ANDNOT"):
            return "AND"
        hint = (
            "write a number of words: NEAR/10" if word in _NO_DISTANCE else "say it with AND, OR, NOT and parentheses"
        )
        raise self.problem(f"'{word}' cannot be expressed in a rule", hint)

    def _parse_proximity(self, depth: int) -> QueryNode:
        left_at = self.offset
        left = self._parse_unit(depth)
        if self.kind not in ("near", "ordered") or self.token is None:
            return left
        token, at = self.token, self.offset
        self._advance()
        right_at = self.offset
        right = self._parse_unit(depth)
        if self.kind in ("near", "ordered"):
            raise self.problem(
                "three things near each other cannot be expressed in a rule", "write one `near` with three members"
            )
        for part, part_at in ((left, left_at), (right, right_at)):
            _require_plain(part, part_at)
        unit = {"s": "sentence", "p": "paragraph"}.get((token["far"] or "").lower())
        within = unit or self._word_count(token["far"] or token["ahead"], at)
        return QueryNear((left, right), within, token["ordered"] is not None, at)

    def _word_count(self, digits: str, at: int) -> str:
        if len(digits) > 2:
            raise self.problem(f"{digits} words are too many", "at most 99 can be between; or join them with AND", at)
        return f"{int(digits)} words"

    def _parse_unit(self, depth: int) -> QueryNode:
        at, token = self.offset, self._advance_over_start()
        groups = token.groupdict()
        if groups["open"]:
            inside = self.parse_operands(depth + 1)
            if self.kind != "close":
                raise self.problem("this parenthesis is never closed", "close it", at)
            self._advance()
            return inside
        if groups["minus"] or token[0] in ("NOT", "ANDNOT"):
            if depth >= MAX_DEPTH:
                raise self.problem(f"more than {MAX_DEPTH} levels are inside each other", "write it in several rules")
            return QueryNot(self._parse_unit(depth + 1))
        if groups["field"]:
            return self._parse_field(groups["name"] or "", at, depth)
        if groups["phrase"]:
            return self._parse_phrase(token, at)
        return QueryTerm(self._clean_word(token[0], at), at)

    def _advance_over_start(self) -> re.Match[str]:
        """The first token of a unit. Raises QueryProblem if none begins here."""
        if self.kind == "operator" and self.token and self.token[0] in ("NOT", "ANDNOT"):
            pass
        elif self.kind == "quote":
            raise self.problem("this quotation mark is never closed", "close it, or remove it")
        elif self.kind not in ("open", "phrase", "minus", "field", "word"):
            found = f"'{self.token[0]}'" if self.token else "the end"
            raise self.problem(f"a word is missing before {found}", "write it, or remove the operator")
        token = self._advance()
        assert token is not None
        return token

    def _parse_field(self, name: str, at: int, depth: int) -> QueryNode:
        field = FIELDS.get(name.lower())
        if field is None:
            hint = _UNKNOWN_FIELDS.get(name.lower(), _OTHER_FIELD)
            known = name.lower() in _KEYS_OF_RULES
            problem = f"'{name}:' is not converted" if known else f"'{name}:' cannot be expressed in a rule"
            raise self.problem(problem, hint, at)
        if depth >= MAX_DEPTH:
            raise self.problem(f"more than {MAX_DEPTH} levels are inside each other", "write it in several rules", at)
        return _put_into_field(self._parse_unit(depth + 1), field)

    def _parse_phrase(self, token: re.Match[str], at: int) -> QueryNode:
        words = (token["quoted"] or token["corner"] or token["white_corner"] or "").split()
        if "*" in words:
            hint = "write one NEAR/1 other, or one `near` with in_order: true for what is around it"
            raise self.problem("a '*' for a whole word in a phrase cannot be expressed in a rule", hint, at)
        cleaned = [self._clean_word(word, at, quoted=True) for word in words]
        if not any(map(_has_letter, cleaned)):
            raise self.problem("there is no word in these quotes", "write one, or remove them", at)
        if token["slop"] is None:
            return QueryTerm(" ".join(cleaned), at)
        if len(cleaned) != 2:
            raise self.problem("this can be said of two words only", "write one `near` with all of them", at)
        one, other = (QueryTerm(word, at) for word in cleaned)
        return QueryNear((one, other), self._word_count(token["slop"], at), in_order=False, offset=at)

    def _clean_word(self, word: str, at: int, *, quoted: bool = False) -> str:
        """A word as we search for it. Raises QueryProblem if it is more than a word."""
        if not quoted and word.lower() in ("and", "or", "not"):
            raise self.problem(
                f"'{word}' is a word unless it is in capitals",
                f'write {word.upper()}, or "{word}" if you mean the word',
                at,
            )
        if not quoted and (_OTHER_OPERATOR.fullmatch(word) or word.startswith("!")):
            hint = "say it with AND, OR, NOT and parentheses, or in quotes if you mean the word"
            raise self.problem(f"'{word}' cannot be expressed in a rule", hint, at)
        if _WEIGHT.search(word):
            raise self.problem(
                f"the sign in '{word}' cannot be expressed in a rule", "write the word alone, or its forms with OR", at
            )
        if not quoted and word[-1:] in ",;，、；" and self._dialect is QueryDialect.STRICT:
            raise self.problem(f"'{word[-1]}' is not an operator", "write AND or OR in its place", at)
        if not quoted and word.removesuffix(":").lower() in FIELDS.keys() | _UNKNOWN_FIELDS.keys() and word[-1] == ":":
            raise self.problem(f"'{word}' is followed by a blank", "write it right before a word: intitle:strike", at)
        if word.startswith("~"):
            raise self.problem("synonyms ('~') cannot be expressed in a rule", "write the words with OR", at)
        word = word.lstrip("+").rstrip(".,;:，、；。")
        if "*" in word[1:-1] or re.search(r"\w[?!$]+(\w|$)", word):
            hint = "write '*' at ends of words only, or forms with OR"
            raise self.problem(f"the wildcard in '{word}' cannot be expressed in a rule", hint, at)
        self._require_searchable(word, at)
        if not quoted and not _has_letter(word):
            raise self.problem(f"there is no word in '{word}'", "write one, or remove it", at)
        return word

    def _require_searchable(self, word: str, at: int) -> None:
        if (problem := explain_ignored_characters(word)) is not None:
            raise self.problem(
                problem, "write the word without these characters, and add with AND a word that distinguishes it", at
            )
        if re.fullmatch(r"[0-9]+\.\.[0-9]+", word):
            raise self.problem("a range of numbers cannot be expressed in a rule", "write `number` in the rule", at)


def explain_ignored_characters(word: str) -> str | None:
    """Why a word such as C++ or C# cannot be searched: + and # are ignored. None: it can."""
    plain = word.rstrip("+#")
    return f"'{word}' would find every '{plain}'" if plain != word and _has_letter(plain) else None


def _has_letter(word: str) -> bool:
    return any(sign.isalnum() for sign in word)


def _require_plain(part: QueryNode, at: int) -> None:
    """Only words, phrases and alternatives of these can be near something."""
    parts = part.parts if isinstance(part, QueryAny) else (part,)
    if not all(isinstance(each, QueryTerm) and each.field is None for each in parts):
        hint = "write words, phrases or (one OR other) there; everything else beside it with AND"
        raise QueryProblem(at, "NEAR takes words only, on both sides", hint)


def _put_into_field(node: QueryNode, field: str) -> QueryNode:
    match node:
        case QueryTerm(text, offset, None):
            if field in ("url", HOST) and "*" in text:
                hint = "write the host, or a word of the path"
                raise QueryProblem(offset, "a wildcard in an address cannot be expressed in a rule", hint)
            return QueryTerm(_clean_host(text, offset) if field == HOST else text, offset, field)
        case QueryNear(offset=offset, field=None) if field == HOST:
            hint = "write hosts with OR: site:(example.org OR example.net)"
            raise QueryProblem(offset, "words near each other in a host cannot be expressed in a rule", hint)
        case QueryNear(parts, within, in_order, offset, None):
            return QueryNear(parts, within, in_order, offset, field)
        case QueryTerm(offset=offset) | QueryNear(offset=offset):
            raise QueryProblem(offset, "a field is inside another", "keep one of them")
        case QueryAll(parts):
            return QueryAll(tuple(_put_into_field(part, field) for part in parts))
        case QueryAny(parts):
            return QueryAny(tuple(_put_into_field(part, field) for part in parts))
        case QueryNot(part):
            return QueryNot(_put_into_field(part, field))


def _clean_host(text: str, offset: int) -> str:
    """A host without its scheme, with the beginning of a path if it has one. Raises QueryProblem if it is none."""
    address = re.sub(r"^[a-zA-Z]+://", "", text).strip("./")
    if not _HOST.fullmatch(address):
        raise QueryProblem(offset, f"'{text}' is not a host", "write one host after site:, several with OR")
    return address
