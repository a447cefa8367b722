"""Parses the queries of search engines and alert services: AND, OR, NOT, phrases, fields and proximity.

It knows what such a query means, and nothing of our rules. What it does not understand it reports with its place; it
guesses nothing and leaves nothing out.

query    = operands with AND, OR or nothing between them
operand  = unit, or unit NEAR/5 unit
unit     = word | "phrase" | (query) | NOT unit | -unit | field:unit
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    | (?P<near>(?:(?:(?i:near|w)[/:]|NEAR|AROUND\(|/)(?P<far>[0-9]+|(?i:[sp])(?![\w]))\)?
        |(?:(?i:onear|pre|p)[/:]|ADJ|ONEAR)(?P<ahead>[0-9]+))(?![^\s()（）]))
    | (?P<operator>(?:AND|OR|NOT|ANDNOT|XOR|NEAR|ONEAR|ADJ|AROUND|SAME|WITHIN)(?![^\s()（）])|\|\|?|&&?)
    | (?P<minus>[-−–‑‒])(?=[^\s)）])
    | (?P<field>(?P<name>[A-Za-z]+):)(?![\s/)）]|$)
    | (?P<word>[^\s()（）{QUOTES}{CORNERS}|]+)""",
    re.VERBOSE,
)
_HOST = re.compile(r"[\w.-]*\w(:[0-9]+)?(/\S*)?")
_OTHER_OPERATOR = re.compile(r"(BUT|MINUS|EXCEPT|UNLESS|WITHOUT|NOT:|(AND|OR)[/_+-](OR|NOT|AND)|NEITHER|NOR)$|!")
_WEIGHT = re.compile(r"\w[~^][0-9.]*$")  # of a search engine: forms like this one, or words that count more
_SAME_OPERATOR = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND"}
_NEGATIONS = ("NOT", "ANDNOT")
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
        raise QueryProblem(parser.offset, "a parenthesis is closed here that was never opened", "remove it, or open it")
    return found


def join_parts(kind: type[QueryAll | QueryAny], parts: Sequence[QueryNode]) -> QueryNode:
    """All or any of these parts; one part as it is."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


class _QueryParser:
    """Goes through the tokens once. `kind`, `token` and `offset` are of the token that comes next; kind "end": none."""

    kind: str
    token: re.Match[str]
    offset: int

    def __init__(self, text: str, dialect: QueryDialect) -> None:
        self._is_strict = dialect is QueryDialect.STRICT
        self._tokens = (found for found in _TOKEN.finditer(text) if found.lastgroup != "blank")
        self._end = len(text)
        self._advance()

    def _advance(self) -> None:
        if (token := next(self._tokens, None)) is None:
            self.kind, self.offset = "end", self._end
        else:
            self.kind, self.token, self.offset = str(token.lastgroup), token, token.start()

    def _read_operator(self) -> str:
        """The operator that comes next, AND for &; "" if none does."""
        return _SAME_OPERATOR.get(self.token[0], self.token[0]) if self.kind == "operator" else ""

    def parse_operands(self, depth: int) -> QueryNode:
        """Operands up to the end of the query or of these parentheses."""
        groups = [[self._parse_proximity(depth)]]  # OR inside each, AND between them
        written: set[str] = set()
        seen: set[bool] = set()
        while self.kind not in ("end", "close"):
            at, operator = self.offset, self._read_operator()
            if operator in ("AND", "OR"):
                self._advance()
            elif operator and operator not in _NEGATIONS:
                hint = "say it with AND, OR, NOT and parentheses"
                hint = "write a number of words: NEAR/10" if operator in _NO_DISTANCE else hint
                raise QueryProblem(at, f"'{operator}' cannot be expressed in a rule", hint)
            written |= {operator} - {""}
            seen.add(operator == "OR")
            if self._is_strict and len(seen) == 2:
                hint = "put parentheses around what belongs together"
                google = "; or, if this is a query of Google's, give --format google-alerts"
                problem = "AND and OR are mixed here, and engines differ in which comes first"
                raise QueryProblem(at, problem, hint + google * (written == {"OR"}))
            operand = self._parse_proximity(depth)
            if operator == "OR":
                groups[-1].append(operand)
            else:
                groups.append([operand])
        return join_parts(QueryAll, [join_parts(QueryAny, group) for group in groups])

    def _parse_proximity(self, depth: int) -> QueryNode:
        left_at, left = self.offset, self._parse_unit(depth)
        if self.kind != "near":
            return left
        token, at = self.token, self.offset
        self._advance()
        right_at, right = self.offset, self._parse_unit(depth)
        if self.kind == "near":
            problem = "three things near each other cannot be expressed in a rule"
            raise QueryProblem(self.offset, problem, "write one `near` with three members")
        for part, part_at in ((left, left_at), (right, right_at)):
            for each in part.parts if isinstance(part, QueryAny) else (part,):
                if not isinstance(each, QueryTerm) or each.field is not None:
                    hint = "write words, phrases or (one OR other) there; everything else beside it with AND"
                    raise QueryProblem(part_at, "NEAR takes words only, on both sides", hint)
        far = token["far"] or token["ahead"]
        within = {"s": "sentence", "p": "paragraph"}.get(far.lower()) or _format_distance(far, at)
        return QueryNear((left, right), within, token["ahead"] is not None, at)

    def _parse_unit(self, depth: int) -> QueryNode:
        if depth > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} levels are inside each other"
            raise QueryProblem(self.offset, problem, "write it in several rules")
        kind, at = self.kind, self.offset
        is_negation = kind == "minus" or (kind != "end" and self.token[0] in _NEGATIONS)
        if kind == "quote":
            raise QueryProblem(at, "this quotation mark is never closed", "close it, or remove it")
        if kind not in ("open", "phrase", "field", "word") and not is_negation:
            found = "the end" if kind == "end" else f"'{self.token[0]}'"
            raise QueryProblem(at, f"a word is missing before {found}", "write it, or remove the operator")
        token = self.token
        self._advance()
        if is_negation:
            return QueryNot(self._parse_unit(depth + 1))
        if kind == "open":
            inside = self.parse_operands(depth + 1)
            if self.kind != "close":
                raise QueryProblem(at, "this parenthesis is never closed", "close it")
            self._advance()
            return inside
        if kind == "field":
            field = _read_field(token["name"], at)
            return _put_into_field(self._parse_unit(depth + 1), field)
        if kind == "phrase":
            return self._read_phrase(token, at)
        return QueryTerm(self._clean_word(token[0], at), at)

    def _read_phrase(self, token: re.Match[str], at: int) -> QueryNode:
        words = (token["quoted"] or token["corner"] or token["white_corner"] or "").split()
        if "*" in words:
            hint = "write one NEAR/1 other, or one `near` with in_order: true for what is around it"
            raise QueryProblem(at, "a '*' for a whole word in a phrase cannot be expressed in a rule", hint)
        cleaned = [self._clean_word(word, at, quoted=True) for word in words]
        if not any(map(_has_letter, cleaned)):
            raise QueryProblem(at, "there is no word in these quotes", "write one, or remove them")
        if token["slop"] is None:
            return QueryTerm(" ".join(cleaned), at)
        if len(cleaned) != 2:
            raise QueryProblem(at, "this can be said of two words only", "write one `near` with all of them")
        one, other = (QueryTerm(word, at) for word in cleaned)
        return QueryNear((one, other), _format_distance(token["slop"], at), in_order=False, offset=at)

    def _clean_word(self, word: str, at: int, *, quoted: bool = False) -> str:
        """A word as we search for it. Raises QueryProblem if it is more than a word."""
        plain = word.lstrip("+").rstrip(".,;:，、；。")
        found = None if quoted else _find_operator(word, is_strict=self._is_strict)
        found = found or _find_sign(word, plain)
        if not found and not quoted and not _has_letter(plain):
            found = f"there is no word in '{plain}'", "write one, or remove it"
        if found:
            raise QueryProblem(at, *found)
        return plain


def _find_operator(word: str, *, is_strict: bool) -> tuple[str, str] | None:
    """What a word without quotes seems to mean that is no word, and what to do."""
    if word.lower() in ("and", "or", "not"):
        hint = f'write {word.upper()}, or "{word}" if you mean the word'
        return f"'{word}' is a word unless it is in capitals", hint
    if _OTHER_OPERATOR.match(word):
        hint = "say it with AND, OR, NOT and parentheses, or in quotes if you mean the word"
        return f"'{word}' cannot be expressed in a rule", hint
    if is_strict and word[-1] in ",;，、；":
        return f"'{word[-1]}' is not an operator", "write AND or OR in its place"
    if word[-1] == ":" and word[:-1].lower() in FIELDS.keys() | _UNKNOWN_FIELDS.keys():
        return f"'{word}' is followed by a blank", "write it right before a word: intitle:strike"
    return None


def _find_sign(word: str, plain: str) -> tuple[str, str] | None:
    """What a sign in a word asks for that a rule cannot say, and what to do. `plain`: without signs around it."""
    if _WEIGHT.search(word):
        return f"the sign in '{word}' cannot be expressed in a rule", "write the word alone, or its forms with OR"
    if word.startswith("~"):
        return "synonyms ('~') cannot be expressed in a rule", "write the words with OR"
    if "*" in plain[1:-1] or re.search(r"\w[?!$]+(\w|$)", plain):
        hint = "write '*' at ends of words only, or forms with OR"
        return f"the wildcard in '{plain}' cannot be expressed in a rule", hint
    if problem := explain_ignored_characters(plain):
        return problem, "write the word without these characters, and add with AND a word that distinguishes it"
    if re.fullmatch(r"[0-9]+\.\.[0-9]+", plain):
        return "a range of numbers cannot be expressed in a rule", "write `number` in the rule"
    return None


def _format_distance(digits: str, at: int) -> str:
    if len(digits) > 2:
        hint = "at most 99 can be between; or join them with AND"
        raise QueryProblem(at, f"{digits} words are too many", hint)
    return f"{int(digits)} words"


def _read_field(name: str, at: int) -> str:
    if (field := FIELDS.get(name.lower())) is None:
        is_other_key = name.lower() in _KEYS_OF_RULES
        problem = f"'{name}:' {'is not converted' if is_other_key else 'cannot be expressed in a rule'}"
        raise QueryProblem(at, problem, _UNKNOWN_FIELDS.get(name.lower(), _OTHER_FIELD))
    return field


def explain_ignored_characters(word: str) -> str | None:
    """Why a word such as C++ or C# cannot be searched: + and # are ignored. None: it can."""
    plain = word.rstrip("+#")
    return f"'{word}' would find every '{plain}'" if plain != word and _has_letter(plain) else None


def _has_letter(word: str) -> bool:
    return any(sign.isalnum() for sign in word)


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
        case QueryAll(parts) | QueryAny(parts):
            return type(node)(tuple(_put_into_field(part, field) for part in parts))
        case QueryNot(part):
            return QueryNot(_put_into_field(part, field))


def _clean_host(text: str, offset: int) -> str:
    """A host without its scheme, with the beginning of a path if it has one. Raises QueryProblem if it is none."""
    address = re.sub(r"^[a-zA-Z]+://", "", text).strip("./")
    if not _HOST.fullmatch(address):
        raise QueryProblem(offset, f"'{text}' is not a host", "write one host after site:, several with OR")
    return address
