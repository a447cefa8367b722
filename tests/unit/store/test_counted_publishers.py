"""How publishers are counted if their source has no name, or has the name of another publisher for an id."""

from __future__ import annotations

from dataclasses import replace

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.subject_keys import story_key
from monitor.matching import compile_rules
from monitor.model import Alert
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.stories import StoryQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.store.state.stored_ledger import load_subject_records
from tests.support.building import HOUR, MINUTE, NOON, alert_of, article, claimed, commit, rule, source, sources

TITLE = "North Korea fires two ballistic missiles"


def report(database: Database, *reports: tuple[str, str, str, str]) -> tuple[Alert, SubjectRecord]:
    """The message about reports (source, its name, title, text), and the record of the rule."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources(*{of for of, *_ in reports}), NOON)
    for minute, (of, name, title, text) in enumerate(reports):
        seen = NOON + minute * MINUTE
        named = compile_rules([rule()], {}, {}, {of: replace(source(of), name=name)})
        page = article(f"{minute}", title, text, of=of, seen=seen, url=f"https://{of}.test/{minute}")
        commit(section, claimed(claims, of, seen), page, at=seen, ruleset=named)
    claim = Outbox(database, "here:1").claim("desk", NOON + HOUR, HOUR)
    assert claim is not None
    (story,) = StoryQueries(database).newest()
    key = story_key("launch", story.id)
    with database.reading() as connection:
        return alert_of(claim), load_subject_records(connection, [key])[key]


def test_outlets_of_an_aggregator_without_a_name_are_publishers_beside_it(database: Database) -> None:
    """None of them is taken for its name."""
    of = "aggregator"
    sent, record = report(
        database,
        (of, of, TITLE, ""),
        (of, of, f"{TITLE} - The Harbour Times", ""),
        (of, of, f"{TITLE} - Daily Star", ""),
    )
    assert (sent.also_reported_by, sent.publisher_count) == (("The Harbour Times", "Daily Star"), 3)
    assert len(record.independent_publishers) == 3


def test_an_agency_whose_name_is_the_id_of_its_source_counts_once(database: Database) -> None:
    """Else `again_if: 1 more publisher` would send an update when the agency prints what an outlet has printed."""
    text = "BERLIN (dpa) - The launch was seen."
    sent, record = report(
        database, ("post", "Post", TITLE, text), ("dpa", "Deutsche Presse-Agentur", TITLE, f"{text} It flew.")
    )
    assert sent.publisher_count == 1
    assert record.independent_publishers == ("dpa",)
