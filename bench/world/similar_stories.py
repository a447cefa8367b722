"""What identity costs for a report that a rule hits, by how many similar stories are open: finding its features, and
comparing it with stories and with events.

The stories are strikes of one morning, each of a trade in a city, in words that they share. Nothing is read from a
database: what loading costs is a figure of `cost`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bench.world.quality import ALL, Figure, Quality
from bench.world.recorded_news import ENTITIES
from monitor.config.loading.load import load_rules
from monitor.identity.clusters import ClusterIndex
from monitor.identity.events import RuleArticle, assign_event, join_event
from monitor.identity.features import features_of
from monitor.identity.known_names import KnownNames
from monitor.identity.stories import join_story
from monitor.languages.language import split_words
from monitor.model import Article, Story
from tests.support.building import NOON

PART = "similar"
BOUNDS = {100: 2.5, 1_000: 3.0}  # open stories: ms of CPU a report
REPORTS = 3  # of each story, before those that are measured
MEASURED, TURNS = 100, 5  # reports, so many times; the fastest counts: what others do on this machine makes none faster

_CITIES = split_words(
    """
    Busan Incheon Osaka Kobe Shanghai Shenzhen Manila Jakarta Hanoi Bangkok Mumbai Karachi Istanbul Athens Naples
    Marseille Barcelona Lisbon Rotterdam Antwerp Hamburg Bremen Gdansk Riga Helsinki Stockholm Oslo Liverpool
    Glasgow Dublin Boston Baltimore Houston Seattle Oakland Vancouver Montreal Santos Lima Callao Durban Mombasa
    Lagos Dakar Casablanca Algiers Alexandria Haifa Sydney Auckland
    """
)
_TRADES = split_words(
    """
    dockers nurses teachers miners pilots bakers tram_drivers bus_drivers ferry_crews crane_operators postal_workers
    steel_workers oil_workers hotel_staff airport_staff hospital_doctors rail_guards firefighters couriers cleaners
    """
)
_OPENINGS = ("begin strike", "launch strike", "walk out", "start walkout", "go on strike")
_CAUSES = split_words(
    """
    pay night_shifts staff_cuts unpaid_wages pension_plans safety new_contracts long_hours
    """
)
_NAMES = split_words(
    """
    Almeida Barkov Castellan Drummond Eriksen Fontaine Gruber Hallberg Ivanenko Jablonski Kessler Lindqvist Moretti
    Novak Okafor Petrenko Quintana Rossini Sandoval Takahara
    """
)


def _make_reports(story: int) -> Iterator[Article]:
    """One report after another of one strike, each in its own words."""
    city, trade = _CITIES[story % len(_CITIES)], _TRADES[story // len(_CITIES)]
    rng = random.Random(story)
    cause, name, count, day = rng.choice(_CAUSES), rng.choice(_NAMES), rng.randrange(110, 990), rng.randrange(2, 28)
    while True:
        opening, number = rng.choice(_OPENINGS), rng.randrange(1_000_000)
        title = rng.choice((f"{city} {trade} {opening} over {cause}", f"Hundreds of {trade} in {city} {opening}"))
        text = (
            f"About {count} {trade} in {city} {opening} on Monday after talks over {cause} failed, their union said. "
            f"{name}, who leads the union, told reporters that its members would stay out until {day} January. "
            f"The employers called the {rng.choice(('action', 'dispute', 'walkout'))} unlawful and asked a court for a "
            f"ruling. A mediator of the labour ministry invited both sides to a further round of talks. "
            + " ".join(f"{rng.choice(_NAMES)} {rng.choice(_OPENINGS)} {rng.choice(_CAUSES)}." for _ in range(60))
        )
        seen = NOON + timedelta(seconds=number % 3_600)
        yield Article(f"s{number % 90}", f"{story} {number}", title, text, seen, published=seen, language="en")


def measure_costs(stories: int) -> tuple[float, float]:
    """Ms of CPU of features, and of comparing, for a report when so many similar stories are open."""
    known_names, index = KnownNames(load_rules([ENTITIES]).entities.values()), ClusterIndex()

    def add_reports(articles: Sequence[Article]) -> tuple[float, float]:
        began = time.process_time()  # of all together: to read this clock takes up to a millisecond
        of_articles = [features_of(article, known_names) for article in articles]
        found = time.process_time()
        for features in of_articles:
            story = join_story(features, index).story
            told = Story(story.id, story.title, story.opened)
            report = RuleArticle("strikes", told, features, found_terms=frozenset(("strike", "walk*")))
            join_event(report, assign_event(report, index).event, index)
        return (found - began) / len(articles) * 1e3, (time.process_time() - found) / len(articles) * 1e3

    news, rng = [_make_reports(story) for story in range(stories)], random.Random(1)
    add_reports([next(of_story) for of_story in news * REPORTS])
    turns = [add_reports([next(of_story) for of_story in rng.choices(news, k=MEASURED)]) for _ in range(TURNS)]
    return min(turns, key=sum)


def similar_quality() -> Quality:
    """Ms of CPU a report, beside the bounds."""
    figures = []
    for stories, bound in BOUNDS.items():
        features, comparing = measure_costs(stories)
        where = f"{stories:,} open stories: ms of"
        figures += [
            Figure(PART, f"{where} features", {ALL: features}),
            Figure(PART, f"{where} comparing", {ALL: comparing}),
            Figure(PART, f"{where} both", {ALL: features + comparing}, most=bound),
        ]
    return Quality(figures, [])
