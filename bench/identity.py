"""Whether the same happening is one alert and another one its own: quality figures over labelled news, and their cost.

The news is not in the project: `--data` names the folder with `score.py`, `minimal.py` and the gold files. Only figures
are printed; `--list` adds the errors, of folds that may be read only. Each part is a replay in this process:

    minimal   each written pair by itself, with its rule alone, and with the shipped entities beside it
    stories   all labelled items, `--stories all`: B-cubed for stories, developments and events
    events    the same items, with a rule that hits everything, by a regular expression and by words, and with rules of
              one topic: messages an event, and what another event suppressed
    stream    two captures whole, with the rules that hit everything
    pairs     pairs of headlines and of texts with gold labels, ten minutes apart
    sequences what several outlets publish over hours, each with its rule: loud and quiet messages of each event
    korean    a day of Korean news with the shipped rules: messages of each labelled event and rule
    similar   none of these: CPU of a report that a rule hits, with 100 and 1,000 similar stories open
    cost      none of these: identity, start, gazetteer and `check` as they cost, with 100,000 hits of the last week

    ./dev bench identity --data FOLDER [--part stories]... [--without SIGNAL]... [--list] [--at-once 2] [--strict]
    ./dev bench identity --part similar
    ./dev bench identity --part cost [--hits 100000]

Without --part: all but `similar` and `cost`, which need no data; `cost` takes a quarter of an hour. With `--part all`
all of them.

Exit code 2: the data is absent. Else 0, for it reports; with --strict 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.world.ablation import SIGNALS, switch_off
from bench.world.identity_cost import MANY, cost_quality
from bench.world.identity_cost import PART as COST
from bench.world.labelled_day import DAY, day_quality
from bench.world.quality import (
    Data,
    Figure,
    Quality,
    events_quality,
    import_script,
    minimal_quality,
    pairs_quality,
    sequences_quality,
    stories_quality,
    stream_quality,
    table,
    topics_quality,
)
from bench.world.recorded_news import (
    ENTITIES,
    EVERYTHING,
    EVERYTHING_IN_WORDS,
    SHIPPED,
    Row,
    replay_rows,
    write_rows,
    write_rule,
)
from bench.world.similar_stories import PART as SIMILAR
from bench.world.similar_stories import similar_quality
from monitor.config.loading.load import LoadCache

PAIRS = ("pairs_headlines", "pairs_tgcontest")


def replay_minimal(data: Data, out: Path, paths: Sequence[Path] = ()) -> None:
    """A replay for each pair: its rule beside what `paths` name, and its two articles."""
    state = import_script(data.folder / "minimal.py").state
    remembered = LoadCache()
    rows = []
    for pair in data.gold("stories/minimal"):
        rule = write_rule(out.with_suffix(".yaml"), pair["rule"])
        articles = [pair[side] | {"id": side, "source": f"source-{side}"} for side in "ab"]
        replayed = replay_rows(articles, [rule, *paths], remembered=remembered)
        rows.append({"id": pair["id"], "state": state(replayed), "reason": _last_reason(replayed)})
    write_rows(out, rows)


def _last_reason(rows: Sequence[Row]) -> str:
    decisions = [row["decisions"] for row in rows if row["type"] == "article"]
    return "; ".join(decisions[-1].values())


def replay_minimal_with_entities(data: Data, out: Path) -> None:
    """The same, with the shipped entities."""
    replay_minimal(data, out, [ENTITIES])


def replay_stories(data: Data, out: Path) -> None:
    """All items, each in a story, with the shipped entities and no rule."""
    write_rows(out, replay_rows(data.gold("stories/stories"), [ENTITIES], all_stories=True))


def replay_events(data: Data, out: Path, everything: Row = EVERYTHING) -> None:
    """All items, with a rule that hits everything."""
    rule = write_rule(out.with_suffix(".yaml"), everything)
    write_rows(out, replay_rows(data.gold("stories/stories"), [rule]))


def replay_events_in_words(data: Data, out: Path) -> None:
    """The same, with a rule that finds words."""
    replay_events(data, out, EVERYTHING_IN_WORDS)


def replay_topics(data: Data, out: Path) -> None:
    """All items, with each rule of the written pairs alone."""
    rules = {
        pair["rule"]["rule"]: pair["rule"] | {"max_age": EVERYTHING["max_age"]} for pair in data.gold("stories/minimal")
    }
    rows: list[Row] = []
    for topic, each in sorted(rules.items()):
        rule = write_rule(out.with_suffix(".yaml"), each)
        replayed = replay_rows(data.gold("stories/stories"), [rule])
        rows += [row | {"topic": topic} for row in replayed if row["type"] == "alert" or topic in row["rules"]]
    write_rows(out, rows)


def replay_stream(data: Data, out: Path, everything: Row = EVERYTHING) -> None:
    """Two captures, with a rule that hits everything."""
    rule = write_rule(out.with_suffix(".yaml"), everything)
    write_rows(out, replay_rows(data.gold("stories/captures"), [rule]))


def replay_stream_in_words(data: Data, out: Path) -> None:
    """The same, with a rule that finds words."""
    replay_stream(data, out, EVERYTHING_IN_WORDS)


def replay_pairs(data: Data, out: Path) -> None:
    """Each pair as two articles, as the scorer writes them."""
    articles = out.with_suffix(".articles")
    gold = data.folder / "stories" / f"{out.stem}.jsonl.gz"
    score = import_script(data.folder / "score.py")
    score.pair_articles(Namespace(pred=str(articles)), str(gold))
    write_rows(out, replay_rows(score.read(str(articles)), [ENTITIES], all_stories=True))


def replay_sequences(data: Data, out: Path) -> None:
    """Each sequence with its rule alone."""
    rows: list[Row] = []
    for sequence in data.gold("stories/sequences"):
        rule = write_rule(out.with_suffix(".yaml"), sequence["rule"])
        articles = [{key: value for key, value in each.items() if key != "event"} for each in sequence["articles"]]
        rows += [row | {"sequence": sequence["id"]} for row in replay_rows(articles, [rule])]
    write_rows(out, rows)


def replay_day(data: Data, out: Path) -> None:
    """The Korean day, with the shipped rules and entities."""
    write_rows(out, replay_rows(data.gold(DAY), SHIPPED))


Replaying = Callable[[Data, Path], None]
Scoring = Callable[[Data, Path], Quality]

# Of each part, its replays by name, and how the rows of each are scored; what takes longest first.
PARTS: dict[str, dict[str, tuple[Replaying, Scoring]]] = {
    "korean": {"korean": (replay_day, day_quality)},
    "stream": {
        "stream": (replay_stream, stream_quality),
        "stream-in-words": (replay_stream_in_words, lambda data, out: stream_quality(data, out, out.stem)),
    },
    "minimal": {
        "minimal": (replay_minimal, minimal_quality),
        "entities": (replay_minimal_with_entities, lambda data, out: _unbounded(minimal_quality(data, out))),
    },
    "events": {
        "events": (replay_events, events_quality),
        "events-in-words": (replay_events_in_words, lambda data, out: events_quality(data, out, out.stem)),
        "topics": (replay_topics, topics_quality),
    },
    "stories": {"stories": (replay_stories, stories_quality)},
    "sequences": {"sequences": (replay_sequences, sequences_quality)},
    "pairs": {name: (replay_pairs, lambda data, out: pairs_quality(data, out.stem, out)) for name in PAIRS},
}


def _unbounded(quality: Quality) -> Quality:
    """The rule alone is what is judged; these figures stand beside it."""
    figures = [Figure("minimal", f"with entities: {each.name}", each.halves) for each in quality.figures]
    return Quality(figures, [], [])


def measure(data: Data, parts: Sequence[str], at_once: int, without: Sequence[str] = ()) -> dict[str, Quality]:
    """The quality of each replay of these parts, by its name. `without`: signals that are switched off."""
    chosen = {name: pair for part in parts for name, pair in PARTS[part].items()}
    outs = {name: data.work / f"{name}.jsonl" for name in chosen}
    with ProcessPoolExecutor(at_once, get_context("spawn"), initializer=switch_off, initargs=(without,)) as pool:
        running = [pool.submit(replaying, data, outs[name]) for name, (replaying, _) in chosen.items()]
        for each in running:
            each.result()
    return {name: scoring(data, outs[name]) for name, (_, scoring) in chosen.items()}


def show(measured: dict[str, Quality], *, listing: bool) -> int:
    """Print them; how many bounds are missed."""
    for name, quality in measured.items():
        print(f"--- {name}", *quality.rows, *(quality.errors if listing else ()), sep="\n", end="\n\n")
    figures = [figure for quality in measured.values() for figure in quality.figures]
    print(*table(figures), sep="\n")
    missed = sum(figure.met is False for figure in figures)
    print(f"\n{missed} of {sum(figure.met is not None for figure in figures)} bounds missed", flush=True)
    return missed


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with score.py")
    of_all = [*PARTS, SIMILAR, COST, "all"]
    parser.add_argument("--part", action="append", choices=of_all, help="only this; may be repeated")
    parser.add_argument("--without", action="append", choices=SIGNALS, default=[], help="switch off; may be repeated")
    parser.add_argument("--hits", type=int, default=MANY, help=f"of the last week, for the cost ({MANY})")
    parser.add_argument("--list", action="store_true", help="also the errors, of folds that may be read")
    parser.add_argument("--at-once", type=int, default=2, help="processes (2)")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a bound is missed")
    given = parser.parse_args()
    parts = set(given.part or PARTS)
    parts = {*PARTS, SIMILAR, COST} if "all" in parts else parts
    if parts & PARTS.keys() and (given.data is None or not (given.data / "score.py").is_file()):
        where = "name its folder with --data" if given.data is None else f"{given.data} holds no score.py"
        print(f"there is no data: {where}", file=sys.stderr)
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        chosen = [part for part in PARTS if part in parts]
        measured = measure(Data(given.data, work), chosen, given.at_once, given.without) if chosen else {}
        if SIMILAR in parts:
            measured[SIMILAR] = similar_quality()
        if COST in parts:
            measured[COST] = cost_quality(work, given.hits)
    missed = show(measured, listing=given.list)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if given.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
