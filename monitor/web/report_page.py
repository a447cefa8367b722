"""Writes the report: one page with the alerts of some days, how soon they were sent, the noise and the sources."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

import monitor
from monitor.article_links import sanitize_link
from monitor.model import AlertKind
from monitor.services.queries.activity import DELAY_BOUNDS, Activity, DelayFigures, RuleActivity
from monitor.store.queries.alerts import AlertSummary
from monitor.web.page_templates import render_page
from monitor.wording.alerts import format_alert_title
from monitor.wording.quantities import abbreviate_duration, abbreviate_limit, format_count

MAX_SOURCES = 100
MIN_MARKS = 10  # of fewer, a share says nothing
SHADES = 5


def render_report(found: Activity) -> str:
    """The whole page, in HTML."""
    return render_page("report.html.j2", report=_ReportView(found), version=monitor.__version__)


class _ReportView:
    """What the template shows, as it shows it."""

    def __init__(self, found: Activity) -> None:
        self.found = found
        self._zone = ZoneInfo(found.timezone)
        self.span = _format_span(found.days[0], found.days[-1])
        self.made_at = self.format_moment(found.now)
        self.failures_since = f"{found.failures_since.astimezone(self._zone):%Y-%m-%d}"
        self.are_failures_partial = found.failures_since.astimezone(self._zone).date() > found.days[0]
        self.alerting_rules = [rule for rule in found.rules if rule.alerts.count]
        self.marked_rules = [rule for rule in found.rules if rule.health.noise_share is not None]
        self.sources = found.sources[:MAX_SOURCES]
        self.hidden_sources = len(found.sources) - len(self.sources)
        self.articles = sum(each.counts.articles for each in found.sources)
        self.day_counts = [
            (f"{day:%a} {day.day} {day:%b %Y}", count)
            for day, count in zip(found.days, found.alerts.daily, strict=True)
        ]
        self.top = round_up(max(found.alerts.daily))
        self.format_title, self.count = format_alert_title, format_count

    @property
    def day_ticks(self) -> list[str]:
        """The first day, one in the middle and the last."""
        days = self.found.days
        chosen = dict.fromkeys((days[0], days[len(days) // 2], days[-1])) if len(days) > 2 else days
        return [f"{day.day} {day:%b}" for day in chosen]

    @property
    def hour_rows(self) -> list[tuple[RuleActivity, list[tuple[int, int]]]]:
        """Each rule, and its alerts by hour of the day, with the shade of each cell."""
        most = max((count for rule in self.alerting_rules for count in rule.alerts.by_hour), default=0)
        return [(rule, [(count, shade(count, most)) for count in rule.alerts.by_hour]) for rule in self.alerting_rules]

    @property
    def delay_rows(self) -> list[tuple[str, int, int]]:
        """The bounds of each length of time, how many alerts took so long, and that as a share of the largest, in
        hundredths."""
        delays = self.found.alerts.from_publication
        if delays is None:
            return []
        bounds = [abbreviate_duration(bound) for bound in DELAY_BOUNDS]
        labels = [f"up to {bounds[0]}", *(f"{one} to {other}" for one, other in pairwise(bounds)), f"over {bounds[-1]}"]
        most = max(delays.by_length)
        return [
            (label, count, round(100 * count / most)) for label, count in zip(labels, delays.by_length, strict=True)
        ]

    @property
    def kinds(self) -> str:
        """How many alerts are of each kind, in words."""
        found = self.found.alerts.kinds
        words = {
            AlertKind.NEW: f"{found[AlertKind.NEW]} new",
            AlertKind.POSSIBLY: f"{found[AlertKind.POSSIBLY]} possibly the same",
            AlertKind.UPDATE: format_count(found[AlertKind.UPDATE], "update"),
            AlertKind.DIGEST: format_count(found[AlertKind.DIGEST], "digest"),
        }
        return ", ".join(words[kind] for kind in words if found[kind])

    def format_moment(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        return f"{local.day} {local:%b %Y, %H:%M %Z}"

    def format_delay(self, delays: DelayFigures | None, which: str) -> str:
        """The `median` or the `p90`; a dash if it is not known."""
        return "–" if delays is None else abbreviate_limit(getattr(delays, which))

    def format_share(self, good: int, noise: int) -> str | None:
        """The share of noise among what is marked; None if too little is marked."""
        marked = good + noise
        return f"{noise / marked:.0%}" if marked >= MIN_MARKS else None

    def link_of(self, alert: AlertSummary) -> str | None:
        """The address of the article, if it is one of the web and the alert has just one."""
        url = alert.lines[0].url if len(alert.lines) == 1 else None
        return url and sanitize_link(url)


def round_up(count: int) -> int:
    """The next number that is easy to read on an axis and has a whole half: 2, 4, 6, 8, 10, 20, 40 ..."""
    step = 1
    while count > 10 * step:
        step *= 10
    return max(2 * step * ceil(count / (2 * step)), 2)


def shade(count: int, most: int) -> int:
    """How dark the cell of a count is, from 0 for none to SHADES for the largest."""
    return ceil(SHADES * count / most) if count else 0


def _format_span(first: date, last: date) -> str:
    """The days as few words as say which they are."""
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {end}"
    return f"{first.day} {first:%B %Y} to {end}"
