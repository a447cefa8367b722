"""Renders messages by templates that users write (Jinja), bounded in time and size.

A template may show values, choose (`if`) and repeat (`for`, at most one in another). It can call nothing, set nothing
and compute nothing that grows: so its time and its output are bounded by its length (which the config bounds) and by
the message. A template that fails, or whose text is too long, never loses an alert: the default form is sent, with a
line that says so.

This module loads Jinja: the daemon imports it (by `in_worker`) only if a channel has a template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from monitor.errors import Fault
from monitor.model import Alert, Delivery, Message, MessageTemplate, Place
from monitor.notify.renderers.capabilities import Capabilities
from monitor.notify.renderers.content import MessageContent, list_versions
from monitor.notify.renderers.forms import accepts_message, address_message, compose_message, guard_message
from monitor.notify.renderers.kinds import capabilities_of
from monitor.notify.renderers.markdown import escape_markdown
from monitor.notify.renderers.mentions import neutralise_markup
from monitor.notify.renderers.plain_text import write_text
from monitor.notify.renderers.samples import SAMPLE_SOURCE, make_samples
from monitor.notify.renderers.text_length import truncate_text

MAX_OUTPUT = 60_000  # characters of a message
_MAX_NESTING = 2
_TITLE = "Subject:"
_FILTERS = (
    "e", "escape", "upper", "lower", "title", "capitalize", "trim", "truncate", "join", "first", "last", "length",
    "default", "urlencode",
)  # fmt: skip
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.If, nodes.CondExpr, nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Concat, nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_GROWING = ("join", "md")
_MAX_SEPARATOR = 20  # characters
_FAILURES = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError,
)  # fmt: skip
_ALLOWED = "a template may have {{ values }}, if, for and filters; see docs/alerts.md"


class TemplateFailed(Exception):
    """A template cannot be used: the line, from 1, and the problem."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line, self.problem = line, problem


def compose_from_template(
    template: MessageTemplate, delivery: Delivery, kind: str, *, source: str, zone: ZoneInfo
) -> Message:
    """The message of a delivery by a template; see `render_message` for the rest."""
    can = capabilities_of(kind)
    try:
        for content in list_versions(delivery, can, source=source, zone=zone):
            message = _write_message(template, content, delivery, can)
            if _is_accepted(template, message, can):
                return address_message(delivery, message)
    except TemplateFailed as failure:
        problem = f"failed in line {failure.line} ({failure.problem})"
    else:
        problem = "makes a text that is too long for this channel"
    remark = f"The template {template.file} {problem}: this is the default form."
    return compose_message(delivery, can, source=source, zone=zone, remark=remark)


def find_template_faults(template: MessageTemplate, kind: str) -> list[Fault]:
    """What is wrong with a template for a channel of this kind, seen by rendering it for messages of every kind."""
    can, place = capabilities_of(kind), Place(template.file)
    if template.is_html and not can.html:
        return [Fault(place, f"a channel of the kind '{kind}' shows no HTML", "call it NAME.txt.j2")]
    if template.is_markdown and not can.markdown:
        return [Fault(place, f"a channel of the kind '{kind}' shows no Markdown", "call it NAME.txt.j2")]
    zone, fitting = ZoneInfo("UTC"), False
    for name, delivery in make_samples(zone).items():
        try:
            versions = list_versions(delivery, can, source=SAMPLE_SOURCE, zone=zone)
            messages = (_write_message(template, content, delivery, can) for content in versions)
            fitting = any(_is_accepted(template, message, can) for message in messages)
        except TemplateFailed as failure:
            where = Place(template.file, failure.line)
            return [Fault(where, failure.problem, f"seen with a sample: {name}")]
        if not fitting:
            return [Fault(place, f"its text is too long for a channel of the kind '{kind}'", f"seen with: {name}")]
    return []


def _is_accepted(template: MessageTemplate, message: Message, can: Capabilities) -> bool:
    """Whether the message is short enough. Of HTML, what people see of it counts."""
    if template.is_html:
        message = replace(message, text=unescape(nh3.clean(message.html, tags=set())))
    return accepts_message(can, message)


def _write_message(
    template: MessageTemplate, content: MessageContent, delivery: Delivery, can: Capabilities
) -> Message:
    values = build_values(content, delivery)
    text = _render(template, _neutralise_values(values) if can.mentions and not template.is_html else values).strip()
    title = "" if can.joins_title else content.title(can.max_title)
    first, _, rest = text.partition("\n")
    if first.startswith(_TITLE):
        title, text = truncate_text(first.removeprefix(_TITLE).strip(), can.max_title), rest.strip()
    plain = write_text(content) if template.is_html or template.is_markdown else text
    html, markdown = text if template.is_html else "", text if template.is_markdown else ""
    message = Message(title, plain, html, markdown=markdown)
    return guard_message(message, content.links) if can.mentions else message


def build_values(content: MessageContent, delivery: Delivery) -> dict[str, object]:
    """The variables of a template, as docs/alerts.md lists them. What a message does not have is empty."""
    subject = delivery.alert
    sentence, highlights = content.sentence or ("", ())
    alert = subject if isinstance(subject, Alert) else None
    return {
        "kind": alert.kind.value if alert else "notice",
        "label": content.label,
        "level": subject.level.value,
        "title": content.headline,
        "url": content.link or "",
        "rule": alert.rule if alert else "",
        "rule_title": content.subject,
        "sentence": sentence,
        "highlights": [sentence[start:end] for start, end in highlights],
        "pieces": _split_sentence(sentence, highlights),
        "source": content.source,
        "publishers": list(alert.also_reported_by) if alert else [],
        "publisher_count": alert.publisher_count if alert else 0,
        "reason": content.reason,
        "story": alert.story if alert else "",
        "event": (alert.event or "") if alert else "",
        "id": subject.id,
        "thread": (alert.thread or "") if alert else "",
        "items": [
            {"number": item.number, "level": item.level.value, "title": item.headline, "note": item.note,
             "url": item.link or ""}
            for item in content.items
        ],
        "lines": list(content.lines),
        "facts": list(content.facts),
        "remarks": list(content.remarks),
    }  # fmt: skip


def _neutralise_values(value: Any) -> Any:  # noqa: ANN401 - the values of a template
    """The values without markup: what the template itself writes may be markup."""
    if isinstance(value, str):
        return neutralise_markup(value)
    if isinstance(value, dict):
        return {name: each if name == "url" else _neutralise_values(each) for name, each in value.items()}
    return [_neutralise_values(each) for each in value] if isinstance(value, list) else value


def _split_sentence(sentence: str, highlights: tuple[tuple[int, int], ...]) -> list[dict[str, object]]:
    """The sentence in pieces, each with whether its words fired."""
    pieces, done = list[dict[str, object]](), 0
    for start, end in highlights:
        if start >= done:
            pieces += [{"text": sentence[done:start], "hit": False}, {"text": sentence[start:end], "hit": True}]
            done = end
    pieces.append({"text": sentence[done:], "hit": False})
    return [piece for piece in pieces if piece["text"]]


def _render(template: MessageTemplate, values: Mapping[str, object]) -> str:
    compiled = _compile(template.source, template.is_html)
    if isinstance(compiled, TemplateFailed):
        raise compiled
    parts, size = list[str](), 0
    try:
        for part in compiled.generate(**values):
            parts.append(part)
            size += len(part)
            if size > MAX_OUTPUT:
                raise TemplateFailed(1, f"its text is longer than {MAX_OUTPUT} characters")
    except _FAILURES as error:
        raise TemplateFailed(_line_of(error), str(error)) from error
    return "".join(parts)


@lru_cache(maxsize=64)
def _compile(source: str, is_html: bool) -> Template | TemplateFailed:
    environment = _make_environment(is_html)
    try:
        tree = environment.parse(source)
        _refuse_unbounded(tree, 0)
        return environment.from_string(tree)
    except TemplateSyntaxError as error:
        return TemplateFailed(error.lineno, str(error.message))
    except (RecursionError, SyntaxError):  # Python compiles what Jinja makes of it
        return TemplateFailed(1, f"too much is nested in each other; {_ALLOWED}")
    except TemplateFailed as failure:
        return failure


def _make_environment(is_html: bool) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        autoescape=is_html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=[]
    )
    known: dict[str, Any] = {name: environment.filters[name] for name in _FILTERS}
    environment.filters = {**known, "md": escape_markdown}
    environment.globals = {}
    return environment


def _refuse_unbounded(node: nodes.Node, nesting: int) -> None:
    """Raises TemplateFailed for what could take any time or any room, and for what the sandbox would refuse later."""
    if not isinstance(node, _NODES) or (isinstance(node, nodes.For) and node.recursive):
        raise TemplateFailed(node.lineno, f"'{type(node).__name__.lower()}' cannot be used here; {_ALLOWED}")
    inside = nesting + isinstance(node, nodes.For)
    if inside > _MAX_NESTING:
        raise TemplateFailed(node.lineno, f"more than {_MAX_NESTING} loops in each other; {_ALLOWED}")
    if isinstance(node, nodes.Filter) and node.name in _GROWING:
        _refuse_growth(node)
    for child in node.iter_child_nodes():
        _refuse_unbounded(child, inside)


def _refuse_growth(node: nodes.Filter) -> None:
    """Raises TemplateFailed for a filter whose output could grow with every filter below it."""
    below = node.node.find_all(nodes.Filter) if node.node is not None else ()
    inner = [node.node] if isinstance(node.node, nodes.Filter) else []
    if any(found.name in _GROWING for found in (*inner, *below)):
        raise TemplateFailed(node.lineno, f"'{node.name}' cannot be used on what 'join' or 'md' has made; {_ALLOWED}")
    separators = [*node.args, *(keyword.value for keyword in node.kwargs)] if node.name == "join" else []
    is_short = all(isinstance(part, nodes.Const) and len(str(part.value)) <= _MAX_SEPARATOR for part in separators)
    if not is_short:
        raise TemplateFailed(node.lineno, f"'join' takes a text of at most {_MAX_SEPARATOR} characters; {_ALLOWED}")


def _line_of(error: BaseException) -> int:
    """The line of the template in which it was raised: Jinja puts its lines into the traceback."""
    lines = [line for name, line in _walk_traceback(error) if name == "<template>"]
    return lines[-1] if lines else 1


def _walk_traceback(error: BaseException) -> Iterator[tuple[str, int]]:
    frame = error.__traceback__
    while frame is not None:
        yield frame.tb_frame.f_code.co_filename, frame.tb_lineno
        frame = frame.tb_next
