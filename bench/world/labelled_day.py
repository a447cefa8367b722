"""A recorded day with labels: what the shipped rules sent of each labelled event, and what they sent beside them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.world.quality import ALL, Data, Figure, Quality, alerts_of, articles_of, import_script
from bench.world.recorded_news import Row

DAY = "news/replay_ko_2025-12-29"
PART = "korean"
MOST_NEW, MOST_UPDATES = 1, 2
_MESSAGES = ("new", "update", "possibly")

Labelled = tuple[str, str]
"""An event and its label, which one rule is for."""


@dataclass(slots=True)
class _Threads:
    """The labelled events of each thread of messages, a rule and its event: an article without a label that is sent as
    an update belongs to what the thread is about."""

    about: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, rule: str, event: str | None, labelled: str | None) -> None:
        if event is not None and labelled is not None:
            self.about[rule, event][labelled] += 1

    def event(self, rule: str, event: str | None) -> str | None:
        """The labelled event that most of its articles are of; None where none has a label."""
        found = self.about.get((rule, event or ""))
        return found.most_common(1)[0][0] if found else None


def day_quality(data: Data, predicted: Path) -> Quality:
    """Of each labelled event and rule, the new alerts, updates and those said to be possibly the same; and how many
    alerts are of articles that have no label of their rule."""
    gold = {each["id"]: each for each in data.gold(DAY)}
    label_of: Mapping[str, str] = import_script(data.folder / "score.py").RULES
    sent = {
        (each["event"], label): Counter[str]()
        for each in gold.values()
        for label in each.get("labels") or ()
        if each.get("event")
    }
    alerts = alerts_of(predicted)
    threads = _threads(alerts, articles_of(predicted), gold, label_of)
    without: list[str] = []
    unplaced: Counter[str] = Counter()
    for alert in alerts:
        item, rule = gold[alert["articles"][0]], alert["rule"]
        has_label = label_of.get(rule) in (item.get("labels") or ())
        event = _labelled_event(item, rule, label_of) or threads.event(rule, alert["event"])
        if event is not None:
            sent[event, label_of[rule]][alert["kind"]] += 1
        elif has_label:
            unplaced[f"{rule}: {alert['kind']} of an article with a label and no event"] += 1
        if not has_label:
            without.append(_line(alert, item, event, label_of))
    rows = [_said(labelled, counts) for labelled, counts in sorted(sent.items())]
    rows += [f"{count} x {what}" for what, count in sorted(unplaced.items())]
    rows.append(f"{len(alerts)} messages in all; {len(without)} of articles without a label of their rule")
    return Quality(list(_figures(sent, len(without))), rows, without)


def _threads(
    alerts: Iterable[Row], articles: Iterable[Row], gold: Mapping[str, Row], label_of: Mapping[str, str]
) -> _Threads:
    threads = _Threads()
    for row in articles:
        for rule in row["rules"]:
            threads.note(rule, row["event"], _labelled_event(gold[row["id"]], rule, label_of))
    for alert in alerts:
        for id_ in alert["articles"]:
            threads.note(alert["rule"], alert["event"], _labelled_event(gold[id_], alert["rule"], label_of))
    return threads


def _labelled_event(item: Row, rule: str, label_of: Mapping[str, str]) -> str | None:
    return item.get("event") if label_of.get(rule) in (item.get("labels") or ()) else None


def _figures(sent: Mapping[Labelled, Counter[str]], without: int) -> Iterator[Figure]:
    every = max(len(sent), 1)
    yield Figure(PART, "labelled events sent, a rule", {ALL: sum(map(bool, sent.values())) / every}, least=1)
    most_new = max((counts["new"] for counts in sent.values()), default=0)
    yield Figure(PART, "most new alerts of one event and rule", {ALL: most_new}, most=MOST_NEW)
    most_updates = max((counts["update"] for counts in sent.values()), default=0)
    yield Figure(PART, "most updates of one event and rule", {ALL: most_updates}, most=MOST_UPDATES)
    yield Figure(PART, "alerts without a label", {ALL: without})


def _said(labelled: Labelled, counts: Counter[str]) -> str:
    kinds = [*_MESSAGES, *sorted(counts.keys() - set(_MESSAGES))]
    return f"{' / '.join(labelled)}: " + ", ".join(f"{counts[kind]} {kind}" for kind in kinds)


def _line(alert: Row, item: Row, event: str | None, label_of: Mapping[str, str]) -> str:
    """An alert without a label: whether one passes over it on purpose, and its thread's event, title and sentence."""
    passing = "borderline" if label_of.get(alert["rule"]) in (item.get("also_mentions") or ()) else "no label"
    about = f"thread of {event}" if event else "thread of its own"
    return "\t".join([passing, alert["rule"], alert["kind"], about, item["id"], item["title"], alert["sentence"]])
