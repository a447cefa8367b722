"""The figures of identity: what the scorer of the data folder says of predicted rows, each beside its bound.

The scorer stays where the data is. It prints; its lines are read here, so that a figure is computed in one place only.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import io
import json
import re
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from bench.world.recorded_news import Row, write_rows

READ, UNREAD, ALL = "read", "unread", "all"
HALVES = (READ, UNREAD, ALL)
GAP = 0.04  # of read and unread folds: more is a finding about the method
ENOUGH_PAIRS = 50  # of a language, for a bound on its accuracy
_FOLDS_READ = 3  # the folds 0 to 2 may be read


@dataclass(frozen=True, slots=True)
class Figure:
    """One quality, for each half of the folds that it was measured on. `most`, `least`: its bound, which the unread
    folds must keep, or `all` where there is no such half or it is `judged` so."""

    part: str
    name: str
    halves: dict[str, float]
    most: float | None = None
    least: float | None = None
    judged: str = UNREAD

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        value = self.halves.get(self.judged, self.halves.get(ALL))
        if value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    @property
    def gap(self) -> float:
        """How far read and unread folds are apart."""
        return abs(self.halves[READ] - self.halves[UNREAD]) if {READ, UNREAD} <= self.halves.keys() else 0


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of one part; `rows`: further counts, as text; `errors`: of folds that may be read, for `--list`."""

    figures: list[Figure]
    rows: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def half_of(gold: Row) -> str:
    """The half of its fold; `all` where it has none."""
    return ALL if gold.get("fold") is None else READ if gold["fold"] < _FOLDS_READ else UNREAD


def import_script(path: Path) -> ModuleType:
    """A script of the data folder, as a module. Raises FileNotFoundError where it is absent."""
    spec = importlib.util.spec_from_file_location(f"data_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Data:
    """The folder with the scorer and the gold; `work`: a folder for what the scorer is given."""

    folder: Path
    work: Path

    def gold(self, name: str) -> list[Row]:
        """The rows of a gold file, such as "stories/stories", packed or not."""
        plain = self.folder / f"{name}.jsonl"
        lines = plain.read_bytes() if plain.is_file() else gzip.decompress(plain.with_suffix(".jsonl.gz").read_bytes())
        return [json.loads(line) for line in lines.splitlines() if line.strip()]

    def scored(self, what: str, predicted: Path, gold: Iterable[Row], **options: str | None) -> list[str]:
        """What the scorer prints of these predicted rows."""
        path = write_rows(self.work / f"gold-{predicted.stem}-{what}.jsonl", gold)
        given = Namespace(pred=str(predicted), list=False, json=False, lang=None, **options)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            getattr(import_script(self.folder / "score.py"), what)(given, str(path))
        return printed.getvalue().splitlines()


# --- minimal pairs ----------------------------------------------------------------------------------------------

_MINIMAL = re.compile(r"(\w+) +(.+?) +(read|unread|all) +(\d+) pairs +right +([0-9.]+)")
_MINIMAL_BOUNDS = {
    ("different", "in one language"): 0.98,
    ("different", "across languages"): 0.98,
    ("same", "in one language"): 0.88,
    ("same", "across languages"): 0.75,
}


def minimal_quality(data: Data, predicted: Path, part: str = "minimal") -> Quality:
    """Pairs that differ in one fact, and pairs that are the same, as shares that are right. A predicted row has `id`
    and `state`, and may have the `reason`."""
    gold = data.gold("stories/minimal")
    found: dict[tuple[str, str], dict[str, float]] = {}
    whys: list[str] = []
    for line in data.scored("minimal", predicted, gold):
        matched = _MINIMAL.fullmatch(line.strip())
        if matched is None:
            raise ValueError(f"the scorer prints another line than is known: {line}")
        kind, where, half, count, right = matched.groups()
        if where.startswith("why: "):
            whys.append(f"{kind} {where}: {right} of {count} pairs")
        else:
            found.setdefault((kind, where), {})[half] = float(right)
    figures = [
        Figure(part, f"{kind} {where}: {'apart' if kind == 'different' else 'joined'}", halves, least=least)
        for (kind, where), least in _MINIMAL_BOUNDS.items()
        if (halves := found.get((kind, where)))
    ]
    rows = _rows_of(predicted)
    states = Counter((each["kind"], half_of(each), rows[each["id"]]["state"]) for each in gold)
    whys += [f"{kind}, {half} folds: {count} {state}" for (kind, half, state), count in sorted(states.items())]
    return Quality(figures, whys, list(_wrong_pairs(gold, rows)))


def _rows_of(predicted: Path) -> dict[str, Row]:
    return {row["id"]: row for row in map(json.loads, predicted.read_text(encoding="utf-8").splitlines())}


def _wrong_pairs(gold: Iterable[Row], rows: dict[str, Row]) -> Iterator[str]:
    right = {"different": {"apart", "possibly"}, "same": {"joined", "update"}}
    for each in gold:
        row = rows[each["id"]]
        if half_of(each) == READ and row["state"] not in right[each["kind"]]:
            titles = f"{each['a']['title']} | {each['b']['title']}"
            yield "\t".join([each["kind"], each["why"], row["state"], each["id"], titles, row.get("reason", "")])


# --- stories ----------------------------------------------------------------------------------------------------

_HALF = re.compile(r"(read|unread|all): items (\d+)")
_B_CUBED = re.compile(r"B-cubed +P ([0-9.]+) R ([0-9.]+)")
_CLUSTERS = re.compile(r"clusters a gold \w+ \(1 is right\): ([0-9.]+); clusters that mix \w+: (\d+) of (\d+)")
LEVELS = ("story", "development", "event")


def stories_quality(data: Data, predicted: Path) -> Quality:
    """B-cubed precision and recall and clusters a group, for each level; only the story level has bounds."""
    gold = data.gold("stories/stories")
    figures: list[Figure] = []
    rows: list[str] = []
    for level in LEVELS:
        precision, recall, clusters = _b_cubed(data.scored("stories", predicted, gold, level=level), rows, level)
        bounded = level == "story"
        figures += [
            Figure("stories", f"{level}: B-cubed precision", precision, least=0.97 if bounded else None),
            Figure("stories", f"{level}: B-cubed recall", recall, least=0.85 if bounded else None),
            Figure("stories", f"{level}: clusters each", clusters, most=1.3 if bounded else None),
        ]
    return Quality(figures, rows, list(_mixed_and_split(gold, predicted)))


def _b_cubed(lines: Iterable[str], rows: list[str], level: str) -> tuple[dict[str, float], ...]:
    precision: dict[str, float] = {}
    recall: dict[str, float] = {}
    clusters: dict[str, float] = {}
    half = ALL
    for line in lines:
        if found := _HALF.match(line):
            half = found[1]
        elif found := _B_CUBED.search(line):
            precision[half], recall[half] = float(found[1]), float(found[2])
        elif found := _CLUSTERS.search(line):
            clusters[half] = float(found[1])
            rows.append(f"{level}, {half} folds: {found[2]} of {found[3]} clusters mix several")
    return precision, recall, clusters


def _mixed_and_split(gold: Sequence[Row], predicted: Path) -> Iterator[str]:
    """Clusters that mix stories, and stories in several clusters, among the items that may be read."""
    of = {row["id"]: row["story"] for row in articles_of(predicted)}
    readable = [each for each in gold if half_of(each) == READ]
    yield from _several("mix", readable, lambda each: str(of[each["id"]]), lambda each: str(each["story"]))
    yield from _several("split", readable, lambda each: str(each["story"]), lambda each: str(of[each["id"]]))


def _several(
    what: str, items: Sequence[Row], outer: Callable[[Row], str], inner: Callable[[Row], str]
) -> Iterator[str]:
    groups: dict[str, dict[str, list[Row]]] = {}
    for each in items:
        groups.setdefault(outer(each), {}).setdefault(inner(each), []).append(each)
    for group, parts in groups.items():
        if len(parts) > 1:
            yield f"{what}\t{group}\t{len(parts)}"
            for part, rows in parts.items():
                yield f"\t{part}\t{len(rows)} items\t{rows[0]['lang']}\t{rows[0]['date']}\t{rows[0]['title']}"


def articles_of(predicted: Path) -> list[Row]:
    """The rows of articles."""
    return [row for row in _lines(predicted) if row["type"] == "article"]


def alerts_of(predicted: Path) -> list[Row]:
    """The rows of messages; a digest is none."""
    return [row for row in _lines(predicted) if row["type"] == "alert" and row["kind"] != "digest"]


def _lines(predicted: Path) -> list[Row]:
    return [json.loads(line) for line in predicted.read_text(encoding="utf-8").splitlines()]


# --- events -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventItem:
    """What came of one labelled item: sent by itself, or behind an alert; `foreign`: behind those of other events."""

    half: str
    event: str
    sent: bool
    foreign: bool


def events_quality(data: Data, predicted: Path, part: str = "events") -> Quality:
    """Of a rule that hits everything: messages an event, and how many of the suppressed items belong to another event
    than all whose alerts told of the same subject. An event is hidden where no message was sent for one of its items.
    """
    return _of_items(part, *_event_items(data, alerts_of(predicted), articles_of(predicted)))


def topics_quality(data: Data, predicted: Path) -> Quality:
    """The same of rules with one topic each, over what they hit."""
    alerts, articles = alerts_of(predicted), articles_of(predicted)
    items, errors = [], []
    for topic in sorted({row["topic"] for row in articles}):
        of_topic = [[row for row in rows if row["topic"] == topic] for rows in (alerts, articles)]
        found, hidden = _event_items(data, *of_topic)
        items += [replace(each, event=f"{topic} {each.event}") for each in found]
        errors += hidden
    return _of_items("topics", items, errors)


def _event_items(data: Data, alerts: Sequence[Row], articles: Sequence[Row]) -> tuple[list[EventItem], list[str]]:
    gold = {each["id"]: each for each in data.gold("stories/stories")}
    sent, fired = {alert["articles"][0] for alert in alerts}, _fired(alerts, gold)
    items, errors = [], []
    for row in articles:
        item, behind = gold[row["id"]], fired.get(row["event"] or row["story"], [])
        foreign = row["id"] not in sent and all(each["event"] != item["event"] for each in behind)
        items.append(EventItem(half_of(item), item["event"], row["id"] in sent, foreign))
        errors += _hidden_line(item, behind) if foreign else []
    return items, errors


def _of_items(part: str, items: Sequence[EventItem], errors: list[str]) -> Quality:
    used = {half: chosen for half in HALVES if (chosen := [each for each in items if half in (each.half, ALL)])}
    figures = [
        Figure(part, "messages an event", {half: _messages(each) for half, each in used.items()}, most=1.3),
        Figure(part, "suppressed by another event", {half: _foreign(each) for half, each in used.items()}, most=0.01),
        Figure(part, "events hidden", {half: _hidden(each) for half, each in used.items()}),
    ]
    rows = [
        f"{half}: {len({each.event for each in chosen})} events; {sum(each.sent for each in chosen)} messages; "
        f"{sum(not each.sent for each in chosen)} suppressed, {sum(each.foreign for each in chosen)} by another event"
        for half, chosen in used.items()
    ]
    return Quality(figures, rows, errors)


def _fired(alerts: Iterable[Row], items: Mapping[str, Row]) -> dict[str, list[Row]]:
    """Of each subject, the items that its alerts were sent for."""
    fired: dict[str, list[Row]] = {}
    for alert in alerts:
        fired.setdefault(alert["event"] or alert["story"], []).append(items[alert["articles"][0]])
    return fired


def _messages(items: Sequence[EventItem]) -> float:
    return sum(each.sent for each in items) / len({each.event for each in items})


def _foreign(items: Sequence[EventItem]) -> float:
    return sum(each.foreign for each in items) / max(sum(not each.sent for each in items), 1)


def _hidden(items: Sequence[EventItem]) -> float:
    events = {each.event for each in items}
    return len(events - {each.event for each in items if each.sent}) / len(events)


def _hidden_line(item: Row, behind: Sequence[Row]) -> list[str]:
    """An item that is not sent, and the one before it, where both may be read."""
    if half_of(item) == UNREAD:
        return []
    shown = next((each["title"] for each in behind if half_of(each) != UNREAD), "(not to be read)")
    return ["\t".join(["hidden", item["lang"], item["id"], item["title"], f"behind: {shown}"])]


# --- sequences --------------------------------------------------------------------------------------------------


def sequences_quality(data: Data, predicted: Path) -> Quality:
    """What a desk would have received of each event that the rule of its sequence hits: loud (new, update) and quiet
    (possibly) messages, and events of which it received none."""
    judge = import_script(data.folder / "sequences.py").judge
    lines = _lines(predicted)
    judged = [
        judge(sequence, [line for line in lines if line["sequence"] == sequence["id"]])
        for sequence in data.gold("stories/sequences")
    ]
    events = sum(each["reachable"] for each in judged)
    figures = [
        Figure("sequences", "events hidden", {ALL: sum(len(each["hidden"]) for each in judged)}, most=0),
        Figure("sequences", "loud messages an event", {ALL: sum(each["loud"] for each in judged) / events}, most=1.4),
        Figure("sequences", "quiet messages an event", {ALL: sum(each["quiet"] for each in judged) / events}, most=0.7),
        Figure("sequences", "messages of no event", {ALL: sum(each["wrong"] for each in judged)}),
    ]
    rows = [
        f"{each['id']}: {each['reachable']} of {each['events']} events; loud {each['loud']}, quiet {each['quiet']}, "
        f"hidden {each['hidden'] or 0}, late {each['late'] or 0}"
        for each in judged
    ]
    errors = [f"{each['id']}\t{told}" for each in judged for told in each["told"]]
    return Quality(figures, rows, errors)


# --- the stream -------------------------------------------------------------------------------------------------

_STREAM = re.compile(
    r"(\d+) developments, (\d+) of several items; hidden (\d+) \([0-9.]+%\), (\d+) of several items; "
    r"messages a development ([0-9.]+) (\{.*\})"
)


def stream_quality(data: Data, predicted: Path, part: str = "stream") -> Quality:
    """Developments hidden, and messages a development, where a rule hits everything. The captures have no folds; what
    of them is in an unread fold of the stories is not listed."""
    gold = data.gold("stories/captures")
    (line,) = data.scored("stream", predicted, gold)
    found = _STREAM.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"the scorer prints another line than is known: {line}")
    figures = [
        Figure(part, "developments hidden", {ALL: int(found[3]) / max(int(found[1]), 1)}, most=0.02),
        Figure(part, "messages a development", {ALL: float(found[5])}, most=1.25),
    ]
    return Quality(figures, [line.strip()], list(_hidden_of_stream(data, gold, predicted)))


def _hidden_of_stream(data: Data, gold: Sequence[Row], predicted: Path) -> Iterator[str]:
    folds = {each["id"]: each["fold"] for each in data.gold("stories/stories")}
    items = {each["id"]: each | {"fold": folds.get(each["id"])} for each in gold}
    unit = {id_: each.get("story") or id_ for id_, each in items.items()}
    alerts = alerts_of(predicted)
    sent = {unit[id_] for alert in alerts for id_ in alert["articles"]}
    fired = _fired(alerts, items)
    for row in articles_of(predicted):
        item = items[row["id"]]
        if unit[row["id"]] not in sent and not item.get("unsure"):
            yield from _hidden_line(item, fired.get(row["event"] or row["story"], ()))


# --- gold pairs -------------------------------------------------------------------------------------------------

_PAIRS = re.compile(r"(\S+) +pairs +(\d+) accuracy ([0-9.]+)")


def pairs_quality(data: Data, name: str, predicted: Path) -> Quality:
    """Accuracy of pairs with gold labels, for each language. A language with enough of them is judged on all: they are
    too few to be judged on the unread ones alone."""
    gold = data.gold(f"stories/{name}")
    languages = sorted({each["lang"] for each in gold})
    figures = []
    for language in languages:
        chosen = [each for each in gold if each["lang"] == language]
        halves = {}
        for half in HALVES:
            rows = [each for each in chosen if half in (half_of(each), ALL)]
            if rows:
                accuracy = {m[1]: float(m[3]) for m in map(_PAIRS.match, data.scored("pairs", predicted, rows)) if m}
                halves[half] = accuracy["all"]
        least = 0.87 if len(chosen) >= ENOUGH_PAIRS else None
        figures.append(Figure("pairs", f"{name}, {language} ({len(chosen)})", halves, least=least, judged=ALL))
    story = {row["id"]: row["story"] for row in articles_of(predicted)}
    errors = []
    for each in gold:
        one, other = (story.get(f"{each['pair']}:{side}") for side in "ab")
        if half_of(each) != UNREAD and (one is not None and one == other) != each["same_story"]:
            wrong = "not joined" if each["same_story"] else "joined"
            errors.append("\t".join([wrong, each["lang"], each["a"]["title"], each["b"]["title"]]))
    return Quality(figures, [], errors)


# --- printing ---------------------------------------------------------------------------------------------------


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """The figures side by side, each beside its bound and whether it is met; `gap`: read and unread differ too much."""
    width = max((len(each.name) for each in figures), default=0)
    part = max((len(each.part) for each in figures), default=0)
    yield f"{'part':{part}}  {'figure':{width}}  {'read':>8}  {'unread':>8}  {'all':>8}  {'bound':>10}"
    for each in figures:
        values = "  ".join(f"{_short(each.halves.get(half)):>8}" for half in HALVES)
        bound = f"<= {each.most:g}" if each.most is not None else f">= {each.least:g}" if each.least is not None else ""
        said = {True: "met", False: "MISSED", None: ""}[each.met]
        gap = f"gap {each.gap:.3f}" if each.gap > GAP else ""
        yield f"{each.part:{part}}  {each.name:{width}}  {values}  {bound:>10}  {said:6}  {gap}".rstrip()


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if value < 1000 else f"{value:.0f}"
