"""Explains YAML syntax errors to somebody who does not know YAML, and finds the place of the mistake.

The parser stops where it cannot go on, which is often a line after the mistake, such as an open quotation mark or a
full-width colon. Nothing here reads a file or knows what the keys mean. So no explanation quotes a value: it may be a
password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Protocol

import yaml

from monitor.config.yaml.indentation import find_wrong_indentation

SyntaxFault = tuple[tuple[int, int], str, str | None]
"""Line and column, the problem, and a hint."""

KEYS_WITH_VALUES = "keys with values"
"""What YAML calls a mapping, in the words of our messages."""
FULL_WIDTH = "this ： is a full-width colon", "write ': '"

_MOST_DIRECTIVES = 100  # the parser compares each with all before it
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_BEGIN = r"^\s*(?:- +)*"
_WIDE_LINE = re.compile(_BEGIN + "[a-z_]+(?:-[A-Za-z]+)? *(：)")
_WIDE_INSIDE = re.compile("[{,] *[a-z_]+(?:-[A-Za-z]+)? *(：)")
_NO_BLANK = re.compile(_BEGIN + r"[a-z_]+(:)[^\s:]")
_NO_BLANK_INSIDE = re.compile(r":[\[{]")
_HASHTAG = re.compile(r"[\[{,]\s*(#\w.*)")
_SIGNS = ("alias", "anchor", "tag", "block scalar", "directive")
"""What the parser expects after a text that begins with *, &, !, | or %."""
_CLOSE_HINT = "close it where the text ends"
_NO_BLANK_AFTER_COLON = "a blank is missing after this ':'", "write ': '"
_NO_COLON = "a ':' is missing after this key", "write 'key: value'"
_FOREIGN_BLANKS = "\u3000\u00a0"

_PROBLEMS = {
    "mapping values are not allowed in this context": (
        "a ':' is not allowed here",
        "indent the line like its neighbours, or put text that holds ': ' in quotes",
    ),
    "did not find expected '-' indicator": ("a '-' belongs here", "indent the line like the items of its list"),
    "did not find expected <document start>": (
        "this line belongs to nothing above it",
        "indent it like its neighbours, and close brackets",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin in the line of its key",
        "begin it in the next line, or write it in [ ]",
    ),
    "mapping keys are not allowed in this context": (
        "a '?' is not allowed here",
        "put text that begins with ? in quotes",
    ),
    "found unexpected ':'": ("a ':' is not allowed here", "put text that holds ':' in quotes"),
    "did not find expected key": ("a key belongs here", "indent the line like its neighbours, and close quotes"),
    "did not find expected node content": (
        "expected a value, found nothing",
        "remove the ',' before it, and put text that begins with # in quotes",
    ),
    "found unknown escape character": ("inside \"...\" a '\\' means something else", "use '...' as quotation marks"),
    "exceeded maximum nesting depth": ("nested too deep", None),
}

_OF_INDENTATION = (
    "mapping values are not allowed in this context",
    "did not find expected '-' indicator",
    "did not find expected <document start>",
    "block sequence entries are not allowed in this context",
    "did not find expected key",
)
"""The errors that a line with a wrong indentation can cause."""


_UNCLOSED = {"did not find expected ',' or ']'": "[]", "did not find expected ',' or '}'": "{}"}
_BRACKETS: dict[type[yaml.Token], str] = {yaml.FlowSequenceStartToken: "[]", yaml.FlowMappingStartToken: "{}"}


class _SyntaxMark(Protocol):
    """A position as the parser gives it, from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def find_excess_directive(text: str) -> int | None:
    """The line of the first directive (`%...`) that is one too many to be meant; None: there are few."""
    found = next(islice(_DIRECTIVE.finditer(text), _MOST_DIRECTIVES, None), None)
    return text.count("\n", 0, found.start()) + 1 if found else None


def wide_colon(text: str) -> int | None:
    """The offset of a full-width colon after the key at the start of a text; None: there is none."""
    match = _WIDE_LINE.match(text)
    return match.start(1) if match else None


def explain_syntax_error(text: str, error: yaml.MarkedYAMLError) -> SyntaxFault:
    """The fault for a syntax error. Rare errors keep the parser's own words, which quote nothing of the file."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return (1, 1), f"this is not YAML: {error.problem}", None
    if likely := next(_find_likely_causes(text.splitlines(), text, error, mark), None):
        return likely
    problem, hint = _PROBLEMS.get(str(error.problem), (f"this is not YAML: {error.problem}", None))
    if unclosed := _UNCLOSED.get(str(error.problem)):
        return _explain_unclosed(unclosed, error.context_mark or mark, mark, text)
    if "node content" in str(error.problem) and mark.line == len(text.splitlines()):
        token = _find_open_bracket(text)
        return _explain_unclosed(_BRACKETS[type(token)], token.start_mark, mark, text)
    return _mark_to_position(mark), problem, hint


def _explain_unclosed(brackets: str, opening: _SyntaxMark, mark: _SyntaxMark, text: str) -> SyntaxFault:
    """The fault of an opening bracket, behind which the parser left at the first sign that cannot be in it. A line
    that is indented further than that of the bracket is still meant to be inside: only a ',' may be missing there. In
    any other line the parser came too far, and the reader needs the place of the bracket."""
    begin, end, lines = brackets[0], brackets[1], text.splitlines()
    if mark.line < len(lines) and (
        opening.line == mark.line or _measure_indent(lines[mark.line]) > _measure_indent(lines[opening.line])
    ):
        where = f"in line {opening.line + 1}" if opening.line != mark.line else "before it"
        return _mark_to_position(mark), f"the '{begin}' {where} is not closed", f"add the ',' or '{end}'"
    return _mark_to_position(opening), f"this '{begin}' is not closed", f"add the '{end}'"


def _measure_indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _find_open_bracket(text: str) -> yaml.Token:
    """The last bracket that is open at the end of the text, where the parser expected something inside it."""
    opened = list[yaml.Token]()
    with suppress(yaml.MarkedYAMLError):
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if type(token) in _BRACKETS:
                opened.append(token)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                opened.pop()
    return opened[-1]


def key_look_alike(key: str) -> tuple[int, str, str] | None:
    """A character in a key that only looks like a sign of YAML: its offset, the problem and a hint; or None."""
    if "：" in key:
        return key.index("："), *FULL_WIDTH
    if key[:1] in _FOREIGN_BLANKS:
        return 0, "this blank is not a plain space", "indent with plain spaces"
    if key[:1] == "-":
        return 0, "a blank is missing after this '-'", f"write '- {key[1:]}: ...'"
    return None


def explain_leading_sign(sign: str) -> tuple[str, str]:
    """The problem and the hint for text that begins with a sign of YAML. They do not quote the text."""
    return f"text that begins with '{sign}' goes in quotes", f'write "{sign}..."'


def _find_likely_causes(
    lines: list[str], text: str, error: yaml.MarkedYAMLError, mark: _SyntaxMark
) -> Iterator[SyntaxFault]:
    """Yields the most common mistakes that explain the error, the most likely one first."""
    context, opening = str(error.context), error.context_mark or mark
    yield from _find_wide_colons(lines, opening.line if context.endswith("simple key") else mark.line, mark)
    if _text_from_mark(lines, mark).startswith("\t"):
        indenting = not lines[mark.line][: mark.column].strip(" -\t")
        yield (
            _mark_to_position(mark),
            "there is a tab here",
            "indent with spaces" if indenting else "write a space instead",
        )
    yield from _find_quote_faults(text, error, opening, mark)
    if "cannot start any token" in str(error.problem) or context.endswith(_SIGNS):
        yield _mark_to_position(opening), *explain_leading_sign(_text_from_mark(lines, opening)[:1])
    for number in (opening.line, mark.line - 1) if context.startswith("while parsing a flow") else ():
        if 0 <= number < len(lines) and (hashtag := _HASHTAG.search(lines[number])):
            yield (number + 1, hashtag.start(1) + 1), *explain_leading_sign("#")
    for number in (opening.line, mark.line - 1):
        if 0 <= number < len(lines) and (match := _NO_BLANK.match(lines[number])):
            yield (number + 1, match.start(1) + 1), *_NO_BLANK_AFTER_COLON
    if _NO_BLANK_INSIDE.match(_text_from_mark(lines, mark)):
        yield _mark_to_position(mark), *_NO_BLANK_AFTER_COLON
    no_colons = [*_find_missing_colons(lines, text, error, mark)]
    if not _joins_list_items(text, mark):
        yield from no_colons
    yield from _find_wrong_indentation(lines, error, mark)
    yield from no_colons


def _find_wide_colons(lines: list[str], start: int, mark: _SyntaxMark) -> Iterator[SyntaxFault]:
    """Full-width colons where the parser stopped, or in the lines right before."""
    inside = [*_WIDE_INSIDE.finditer(_text_up_to_mark(lines, mark))]
    if inside:
        yield (mark.line + 1, inside[-1].start(1) + 1), *FULL_WIDTH
    colons = [wide_colon(line) for line in lines]
    for number in (start, start - 1):
        if 0 <= number < len(colons) and colons[number] is not None:
            first = next((above + 1 for above in range(number - 1, -1, -1) if colons[above] is None), 0)
            yield (first + 1, (colons[first] or 0) + 1), *FULL_WIDTH


def _find_missing_colons(
    lines: list[str], text: str, error: yaml.MarkedYAMLError, mark: _SyntaxMark
) -> Iterator[SyntaxFault]:
    """A key without a colon. The parser reads on from it, and stops in the line after it or at the next colon."""
    if "could not find expected ':'" in str(error.problem):
        yield _mark_to_position(error.context_mark or mark), *_NO_COLON
    if not str(error.problem).startswith("mapping values"):
        return
    read = _find_token_before(text, mark)
    if isinstance(read, yaml.ScalarToken) and read.plain and read.start_mark.line < mark.line:
        before = lines[read.start_mark.line][: read.start_mark.column]
        if not before.strip(" -"):
            yield _mark_to_position(read.start_mark), *_NO_COLON


def _joins_list_items(text: str, mark: _SyntaxMark) -> bool:
    """Whether the text right before the mark goes on in a line that begins with '-', which is seldom meant."""
    read = _find_token_before(text, mark)
    return isinstance(read, yaml.ScalarToken) and read.plain and " - " in read.value


def _find_wrong_indentation(lines: list[str], error: yaml.MarkedYAMLError, mark: _SyntaxMark) -> Iterator[SyntaxFault]:
    """A line that is too far left or right for the line before it or after it."""
    if error.problem not in _OF_INDENTATION:
        return
    wrong = find_wrong_indentation(lines, mark.line)
    if wrong is None:
        return
    lacks_dash = "'-'" in str(error.problem) and (wrong.line, wrong.blanks) == (mark.line, _get_column(error))
    if not lacks_dash:
        yield (wrong.line + 1, wrong.blanks + 1), "this line is not indented like its neighbours", wrong.hint


def _get_column(error: yaml.MarkedYAMLError) -> int | None:
    """The column of the list or mapping in which the parser stopped."""
    return error.context_mark.column if error.context_mark else None


def _find_quote_faults(
    text: str, error: yaml.MarkedYAMLError, opening: _SyntaxMark, mark: _SyntaxMark
) -> Iterator[SyntaxFault]:
    """Quotation marks that are not closed, or that have text after them."""
    if str(error.context).endswith("quoted scalar") and "found unexpected" in str(error.problem):
        yield _mark_to_position(opening), "this quotation mark is not closed", _CLOSE_HINT
    quoted = _quoted_before(text, mark)
    if quoted and quoted.start_mark.line < quoted.end_mark.line:
        what_is_wrong = f"this quotation mark is closed only in line {quoted.end_mark.line + 1}"
        yield _mark_to_position(quoted.start_mark), what_is_wrong, _CLOSE_HINT
    elif quoted:
        inside = "inside '...' an apostrophe is written ''" if quoted.style == "'" else 'inside "..." write \\" for a "'
        yield (
            _mark_to_position(mark),
            "there is text after a closing quotation mark",
            f"put all of it in the quotes; {inside}",
        )


def _quoted_before(text: str, mark: _SyntaxMark) -> yaml.ScalarToken | None:
    """The quoted text right before the position where the parser stopped, if it ends in the same line."""
    last = _find_token_before(text, mark)
    if isinstance(last, yaml.ScalarToken) and last.style in ("'", '"') and last.end_mark.line == mark.line:
        return last
    return None


def _find_token_before(text: str, mark: _SyntaxMark) -> yaml.Token | None:
    """The last part of the text that the parser could read before the position where it stopped."""
    last: yaml.Token | None = None
    with suppress(yaml.MarkedYAMLError):
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if _mark_to_position(token.start_mark) >= _mark_to_position(mark):
                break
            last = token
    return last


def _mark_to_position(mark: _SyntaxMark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _text_from_mark(lines: list[str], mark: _SyntaxMark) -> str:
    return lines[mark.line][mark.column :] if mark.line < len(lines) else ""


def _text_up_to_mark(lines: list[str], mark: _SyntaxMark) -> str:
    return lines[mark.line][: mark.column + 1] if mark.line < len(lines) else ""
