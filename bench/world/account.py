"""Whether the guarantee held: each published entry against what the database holds and what the channels took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import product

from sqlalchemy import func, select

from bench.world.feeds import Entry
from bench.world.figures import Figures
from bench.world.receivers import Taken
from monitor.model import DeliveryState, ReceiptKind
from monitor.store.engine import tables
from monitor.store.engine.database import Database


def stored(database: Database) -> dict[str, str | None]:
    """Every article's uid, and its alert if there is one."""
    all_ = select(tables.article.c.uid, tables.match.c.alert_id).join_from(tables.article, tables.match, isouter=True)
    with database.reading() as connection:
        return {row.uid: row.alert_id for row in connection.execute(all_)}


def without_receipt(database: Database) -> set[tuple[str, str | None]]:
    """The (channel, alert) of which an attempt ended without our knowing how: these may come again."""
    attempts = tables.delivery.join(tables.attempt)
    which = select(tables.delivery.c.channel, tables.delivery.c.alert_id).select_from(attempts)
    with database.reading() as connection:
        rows = connection.execute(which.where(tables.attempt.c.receipt == ReceiptKind.UNKNOWN))
        return {(row.channel, row.alert_id) for row in rows}


def count(database: Database, table: str, **where: object) -> int:
    """How many rows a table has."""
    of = tables.metadata.tables[table]
    counted = select(func.count()).select_from(of).where(*(of.c[name] == value for name, value in where.items()))
    with database.reading() as connection:
        return int(connection.execute(counted).scalar_one())


def settle_account(
    figures: Figures, database: Database, entries: Collection[Entry], taken: Iterable[Taken], channels: Collection[str]
) -> None:
    """Demand what the guarantee says of these entries: each is stored and, if it is one to tell, told on each channel,
    and told again only where an attempt has no receipt. Of others nothing may have come, but notices."""
    articles, unknown = stored(database), without_receipt(database)
    received = Counter((message.channel, message.alert) for message in taken if message.alert)
    of = {entry.uid: articles.get(entry.uid) for entry in entries if entry.told}
    alerts = Counter(alert for alert in of.values() if alert)
    told = set(product(channels, alerts))
    repeats = {key: times - 1 for key, times in received.items() if times > 1}
    figures.demand("entries published", len(entries), least=1)
    figures.demand("entries that are not stored", sum(entry.uid not in articles for entry in entries), most=0)
    figures.demand("alerts", len(of), least=1)
    figures.demand("entries without their alert", len(of) - len(alerts), most=0)
    figures.demand("messages never received", len(told - received.keys()), most=0)
    figures.demand("messages of no entry", len(received.keys() - told), most=0)
    accepted = count(database, "delivery", state=DeliveryState.ACCEPTED)
    figures.demand("deliveries that are not accepted", count(database, "delivery") - accepted, most=0)
    figures.note(deliveries_accepted=accepted, messages_received_again=sum(repeats.values()))
    figures.demand("of these outside the stated window", len(repeats.keys() - unknown), most=0)
    figures.demand("damage in the database", len(list(database.check())), most=0)
