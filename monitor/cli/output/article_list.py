"""Found articles, as people and programs read them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

import click

from monitor.alerting.quotes import Quote, highlight_sentence, quote_lead, repeats_title
from monitor.cli.options import format_local_time, match_row, print_json
from monitor.cli.output.tables import print_table
from monitor.model import Article, Field
from monitor.sanitize import sanitize_line, sanitize_url
from monitor.services.queries.search import ArticleDetails, ArticleHit, FoundArticle, HitPage
from monitor.wording.reasons import reason_in_words

_SENTENCE, _BEFORE_HIT = 240, 60  # characters of a sentence that are shown; of those before the first word
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # a cell that begins so is a formula; also full-width
_COLUMNS = ("id", "seen", "published", "source", "language", "title", "url", "sentence")


def print_hits(page: HitPage, zone: str) -> None:
    """A table: when each was first seen, its source, title, and a sentence of its text."""
    mark = "**" if sys.stdout.isatty() else ""  # only on a terminal: a program would read the stars as text
    rows = (
        (
            hit.id,
            format_local_time(hit.article.seen, zone),
            hit.article.source,
            hit.article.title,
            _show_sentence(hit, mark),
        )
        for hit in page.hits
    )
    has_hits = any(quote.field is Field.TEXT for hit in page.hits for quote in hit.sentences)
    head = "sentence" if has_hits else "first sentence"
    print_table(("id", "seen", "source", "title", head), list(rows), whole=("id",))


def print_hits_as_json(page: HitPage) -> None:
    """A JSON object a line."""
    for hit in page.hits:
        sentences = [{"field": q.field, "sentence": q.sentence, "marks": q.highlights} for q in hit.sentences]
        print_json({**article_row(hit.id, hit.article), "sentences": sentences})


def print_hits_as_csv(page: HitPage) -> None:
    """Comma-separated values, with a first line of names."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for hit in page.hits:
        found = hit.article
        texts = (found.source, found.language or "", found.title, found.url or "", _show_sentence(hit))
        times = (found.seen.isoformat(), found.published.isoformat())
        writer.writerow((hit.id, *times, *map(_make_cell, texts)))


def print_page_end(page: HitPage) -> None:
    """On stderr: how to get the next page, and whether the index could be used."""
    if not page.is_indexed:
        hint = "`news-monitor db index` builds it, if it is on"
        click.echo(f"not all articles are in the search index, so texts were read one by one; {hint}", err=True)
    if page.next_before is not None:
        click.echo(f"there are more; the next page: --before-id {page.next_before}", err=True)


def print_found_by_words(name: str) -> None:
    """On stderr: how the only article that was found for this name was found."""
    click.echo(f"no headline contains '{name}' as it is written; this article alone has all of its words", err=True)


def article_row(id_: int, found: Article) -> dict[str, object]:
    """A stored article as JSON has it, without its text."""
    return {
        "id": id_,
        "seen": found.seen,
        "published": found.published,
        "dated": found.dated,
        "source": found.source,
        "uid": found.uid,
        "version": found.version,
        "title": found.title,
        "url": found.url,
        "language": found.language,
    }


def export_row(found: FoundArticle) -> dict[str, object]:
    """A stored article as `match`, `replay` and `score` read it."""
    stored = found.article
    row: dict[str, object] = {"id": found.id, "title": stored.title, "text": stored.text}
    row |= {"lang": stored.language} if stored.language else {}
    row |= {"date": stored.published, "source": stored.source}
    row |= {"url": stored.url} if stored.url else {}
    row |= {"authors": stored.authors} if stored.authors else {}
    return row | ({"tags": stored.tags} if stored.tags else {})


def details_row(details: ArticleDetails) -> dict[str, object]:
    """An article with all that belongs to it, as JSON has it."""
    stored = details.stored
    versions = [
        {"version": version.version, "at": at, "title": version.title, "text": version.text}
        for at, version in details.versions
    ]
    story = stored.story
    return {
        **article_row(details.id, stored.article),
        "text": stored.article.text,
        "authors": stored.article.authors,
        "tags": stored.article.tags,
        "versions": versions,
        "story": None if story is None else story.id,
        "matches": [match_row(report) for report in stored.decisions],
    }


def format_details(details: ArticleDetails, zone: str) -> Iterator[str]:
    """An article with all that belongs to it, as people read it."""
    stored, found = details.stored, details.stored.article
    yield f"article   {details.id}, of {found.source}, version {found.version}"
    yield f"title     {sanitize_line(found.title)}"
    yield f"address   {sanitize_url(found.url) if found.url else 'none'}"
    clock = "by its own date" if found.dated else "it has no date: when it was first seen"
    yield f"published {format_local_time(found.published, zone)} ({clock})"
    yield f"seen      {format_local_time(found.seen, zone)} (by the clock of this machine)"
    yield f"language  {found.language or 'not known'}"
    for at, version in details.versions:
        yield f"version   {version.version}, stored {format_local_time(at, zone)}: {sanitize_line(version.title)}"
    if stored.story is not None:
        yield f"story     {stored.story.id}: {sanitize_line(stored.story.title)}"
    for match in stored.decisions:
        what = f"{match.id}, {match.rule}, {match.kind}, version {match.article.version}, {match.outcome}"
        yield f"match     {what}: {sanitize_line(reason_in_words(match.why))}"
    if found.text:
        yield ""
        yield from map(sanitize_line, found.text.splitlines())


def _show_sentence(hit: ArticleHit, mark: str = "") -> str:
    """The first sentence of the text with a hit, with the mark around hits; if the text has none, its first sentence.
    What only repeats the title is left out: that is shown anyway."""
    title = hit.article.title
    in_text = (each for each in hit.sentences if each.field is Field.TEXT and not repeats_title(each.sentence, title))
    quote = next(in_text, None) or quote_lead(title, hit.article.text)
    return _shorten(quote, mark) if quote else ""


def _shorten(quote: Quote, mark: str) -> str:
    """The sentence, or the part of a long one around its first hit."""
    marked = highlight_sentence(quote.sentence, quote.highlights, (mark, mark))
    if len(marked) <= _SENTENCE:
        return sanitize_line(marked)
    start = max(0, min((begin for begin, _ in quote.highlights), default=0) - _BEFORE_HIT)
    shown = marked[start : start + _SENTENCE]
    return sanitize_line(f"{'… ' if start else ''}{shown}{' …' if start + _SENTENCE < len(marked) else ''}")


def _make_cell(text: str) -> str:
    """A cell that every spreadsheet takes for text."""
    shown = sanitize_line(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
