"""Matching against a bare pass of the automaton: cost by language, compiling, candidates, linearity, memory.

300 articles of 600 words in six languages, and 10,000 rules of which the first 1,000 are the smaller set. All is of
one run. A pass takes the articles in turn: one is searched by the bare automaton (`find_matches_as_indexes`,
overlapping, called from Python on the text as the set folded it), another is decided, which is folded, searched, and
asked of every rule whether it is met, as news or mention, at which level. So both find the automaton as it is found in
life, with other things in the processor's cache. The same is demanded against a bare pass over one article after the
other, which has the cache to itself: the harder of the two. Quoting the evidence, by which a match is
more than a decision, is a figure of its own, for each match. Of each article the best of the passes counts, since
whatever else the machine does disturbs some of them only. The garbage collector is frozen (for linearity: off). It
demands:

    decision / bare pass      at most 15 with 1,000 rules, at most 30 with 10,000
    compiling                 10,000 loaded rules in at most 1.5 CPU s (the first time, collector running)
    match                     what the command does with an article, quoting the evidence included: at most 100 bare
                              passes with 10,000 rules, of which an article meets about 20 (CPU time; the bare pass
                              has the cache to itself). Deciding what is sent is noted beside it.
    decide and commit         all that the daemon does with such an article once it is read: at most 6 ms of CPU time
                              if 20 articles share a commit on SQLite. Noted: its two parts, before and in the serial
                              section, and the whole with a commit for each article
    candidates evaluated      at most 2 a match
    memory                    at most 5 kB a rule
    text ten times as long    at most 12 times the time of the whole match: usual texts, and hostile ones
                              (world/hostile.py) twice over

    ./dev bench matching [--articles 300] [--passes 9] [--seed 1] [--only speed|whole|linear]
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import pairwise
from typing import TypeVar

from ahocorasick_rs import AhoCorasick

from bench.world import articles as news
from bench.world import hostile
from bench.world.figures import Figures, resident
from bench.world.place import made, opened
from bench.world.rules import rules
from monitor.alerting.case import DecisionContext
from monitor.cases import prepare_articles
from monitor.decide import decide_articles
from monitor.matching import RuleSet, compile_rules
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Article, Rule, Where
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.queues.claims import Claims
from monitor.store.state.state_loader import PreparedPoll
from tests.support.building import article, claimed, polled, sources, to_desk

Work = TypeVar("Work")

SIZES = {1_000: 15.0, 10_000: 30.0}  # rules -> the most that a decision may cost, in bare passes
HITS = 20  # rules that an article meets
WHOLE = 100.0  # the most that all that `match` does may cost, in bare passes
SHARED = 20  # articles that share a commit
COMMITTED = 6.0  # the most that deciding on an article and committing it may cost, in ms
LONGER = 10
TIMES = 12.0
_LEAST = 0.02  # CPU s: what takes less is done again until it has taken so long
_HOSTILE = 2_000  # characters of the shortest


# --- the inside of a compiled set, known here only --------------------------------------------------------------


def automaton_of(compiled: RuleSet) -> AhoCorasick:
    """What the bare pass searches with."""
    return compiled._search.automaton


def joined(one: Article) -> str:
    """The text that the automaton reads of an article."""
    return TokenizedArticle(one).joined


def decided(compiled: RuleSet, one: Article) -> object:
    """Which rules the article meets, and how, without quoting it."""
    return compiled.evaluate_article(one)[1]


def evaluated(compiled: RuleSet, one: Article) -> int:
    """How many rules were looked at after the automaton's pass."""
    return len(compiled.candidates(compiled.find_patterns(one)))


# --- speed ------------------------------------------------------------------------------------------------------


@dataclass
class Best:
    """The best times of an article: searched only, in turn with decisions and right after the one before; decided; and
    matched with its evidence."""

    bare: float = float("inf")
    after: float = float("inf")
    decided: float = float("inf")
    matched: float = float("inf")


class Subject:
    """A compiled set and the articles, each with its best times."""

    def __init__(self, compiled: RuleSet, some: Sequence[Article]) -> None:
        self.compiled = compiled
        self.articles = [(one, joined(one), Best()) for one in some]

    def measure(self) -> None:
        """One pass over all articles."""
        find = automaton_of(self.compiled).find_matches_as_indexes
        half = len(self.articles) // 2
        for number, (one, _, best) in enumerate(self.articles):
            _, text, other = self.articles[number - half]
            other.bare = min(other.bare, seconds(lambda text: find(text, overlapping=True), text))
            best.decided = min(best.decided, seconds(lambda one: decided(self.compiled, one), one))
        for _, text, best in self.articles:
            best.after = min(best.after, seconds(lambda text: find(text, overlapping=True), text))
        for one, _, best in self.articles:
            best.matched = min(best.matched, seconds(self.compiled.match, one))

    def total(self, language: str = "") -> Best:
        """The sum of the best times, of one language or of all."""
        bests = [best for one, _, best in self.articles if language in ("", one.source)]
        return Best(*(sum(getattr(best, each.name) for best in bests) for each in fields(Best)))


def seconds(work: Callable[[Work], object], given: Work) -> float:
    """How long it takes once. It is the clock that counts here: what else runs is no part of the best of many times."""
    began = time.perf_counter()
    work(given)
    return time.perf_counter() - began


def speed(figures: Figures, loaded: Sequence[Rule], some: list[Article], passes: int) -> None:
    """Compiling, and both sizes in turn."""
    before = resident()
    began = time.process_time()
    compiled = compile_rules(loaded, {})
    figures.demand("compiling 10,000 rules, CPU s", time.process_time() - began, most=1.5)
    gc.collect()
    figures.demand("memory of a rule, bytes", (resident() - before) / len(loaded), most=5_000)
    sets = {size: compile_rules(loaded[:size], {}) if size < len(loaded) else compiled for size in SIZES}
    subjects = {size: Subject(each, some) for size, each in sets.items()}
    for _ in range(passes):
        for subject in subjects.values():
            subject.measure()
    for size, subject in subjects.items():
        report(figures, size, subject, some)


def match_whole(figures: Figures, loaded: Sequence[Rule], some: list[Article], passes: int) -> None:
    """What `match` does with an article that meets as many rules as on a busy desk, and what deciding adds to it."""
    compiled = compile_rules(loaded, {})
    met = sum(len(compiled.match(one)) for one in some) / len(some)
    every = max(round(met / HITS), 1)
    elsewhere = Where(languages=("xx",), unknown=False)
    compiled = compile_rules(
        [rule if number % every == 0 else replace(rule, where=elsewhere) for number, rule in enumerate(loaded)], {}
    )
    find, now = automaton_of(compiled).find_matches_as_indexes, max(one.seen for one in some)
    bare, matched, decided_on, hits = 0.0, 0.0, 0.0, 0
    for one in some:
        search, decide = partial(find, joined(one), overlapping=True), partial(decide_articles, [one], compiled)
        bare += min(processed(search, 20) / 20 for _ in range(passes))
        matched += min(processed(partial(compiled.match, one), 4) / 4 for _ in range(passes))
        decided_on += min(processed(partial(decide, State(), now), 1) for _ in range(passes))
        hits += len(compiled.match(one))
    figures.note(**{"match: rules that an article meets": hits / len(some)})
    figures.demand("match: whole / bare pass", matched / bare, most=WHOLE)
    figures.note(**{"match and decide: whole / bare pass": decided_on / bare})
    figures.note(**{"match and decide: ms an article": 1e3 * decided_on / len(some)})
    shared, alone = (best_of_commits(compiled, some, size, passes) for size in (SHARED, 1))
    figures.demand("decide and commit: ms an article", 1e3 * sum(shared) / len(some), most=COMMITTED)
    for name, part in zip(("before the section", "in the section"), shared, strict=True):
        figures.note(**{f"decide and commit: ms {name}": 1e3 * part / len(some)})
    figures.note(**{"decide and commit: ms an article that is committed alone": 1e3 * sum(alone) / len(some)})


def best_of_commits(compiled: RuleSet, some: Sequence[Article], size: int, passes: int) -> tuple[float, float]:
    """The CPU time of deciding on all articles and committing them, so many in a commit: before the serial section, and
    in it. Of each commit the best of the passes counts."""
    best = [(float("inf"), float("inf"))] * len(some)
    for _ in range(passes):
        took = commit_all(compiled, some, size)
        best = [(min(a, c), min(b, d)) for (a, b), (c, d) in zip(best, took, strict=False)]
    before, inside = map(sum, zip(*best, strict=True))
    return before, inside


def commit_all(compiled: RuleSet, some: Sequence[Article], size: int) -> list[tuple[float, float]]:
    """The CPU time of each commit into a new database: before the serial section, and in it."""
    now, known = max(one.seen for one in some), sources(*{one.source for one in some})
    took: list[tuple[float, float]] = []
    with made("sqlite") as (_, url), opened(url) as database:
        database.upgrade()
        claims, section = Claims(database, "here:1"), SerialSection(database)
        claims.register_sources(known, now)
        polls = {name: polled(claimed(claims, name, now), now) for name in known}
        for first in range(0, len(some), size):
            began, brought = time.process_time(), some[first : first + size]
            prepared = [PreparedPoll(prepare_articles([one], compiled), DecisionContext()) for one in brought]
            entered = time.process_time()
            with section.enter(now) as inside:
                for one, decision in zip(brought, inside.decide(prepared, compiled), strict=True):
                    inside.commit(polls[one.source], decision, to_desk)
            took.append((entered - began, time.process_time() - entered))
    return took


def report(figures: Figures, size: int, subject: Subject, some: list[Article]) -> None:
    """What came of one size."""
    count = len(some)
    name = f"{size:,} rules"
    total = subject.total()
    matches = sum(len(subject.compiled.match(one)) for one in some)
    figures.demand(f"{name}: decision / bare pass", total.decided / total.bare, most=SIZES[size])
    harder = f"{name}: decision / bare pass that has the cache to itself"
    figures.demand(harder, total.decided / total.after, most=SIZES[size])
    figures.note(**{f"{name}: bare pass, us an article": 1e6 * total.bare / count})
    figures.note(**{f"{name}: decision, us an article": 1e6 * total.decided / count})
    figures.note(**{f"{name}: quoting the evidence, us a match": 1e6 * (total.matched - total.decided) / matches})
    for language in dict.fromkeys(one.source for one in some):
        its, each = subject.total(language), sum(one.source == language for one in some)
        us = f"{1e6 * its.bare / each:.0f} us bare, {1e6 * its.decided / each:.0f} decided"
        figures.note(**{f"{name}: {language}": f"{us}: {its.decided / its.bare:.1f} x"})
    figures.note(**{f"{name}: share of the rules that an article meets": matches / count / size})
    candidates = sum(evaluated(subject.compiled, one) for one in some) / max(matches, 1)
    if size == max(SIZES):
        figures.demand(f"{name}: candidates evaluated for a match", candidates, most=2)
    else:
        figures.note(**{f"{name}: candidates evaluated for a match": candidates})


# --- linearity --------------------------------------------------------------------------------------------------


def linear(figures: Figures, loaded: Sequence[Rule], seed: int, passes: int) -> None:
    """Texts ten times as long: usual ones, and hostile ones in two steps."""
    compiled = compile_rules(loaded, {})
    short, long = news.articles(6, seed), news.articles(6, seed, LONGER * news.WORDS)
    for one, longer in zip(short, long, strict=True):
        again = news.Text(one.language, one.title, "\n\n".join([one.text] * LONGER))
        for name, other in (("the same ten times", again), ("ten times as long", longer)):
            (ratio,) = ratios(compiled, [as_article(one), as_article(other)], passes)
            figures.demand(f"{one.language}: {name}", ratio, most=TIMES)
    cases = hostile.cases()
    compiled = compile_rules([*loaded, *(case.rule for case in cases)], {})
    for case in cases:
        texts = [article(text=case.text(_HOSTILE * LONGER**step)) for step in range(3)]
        figures.demand(f"hostile: {case.name}", max(ratios(compiled, texts, passes)), most=TIMES)


def ratios(compiled: RuleSet, texts: Sequence[Article], passes: int) -> list[float]:
    """Of the times of texts, each to the one before."""
    best = [float("inf")] * len(texts)
    for _ in range(passes):
        best = [min(took, repeated(compiled, one)) for took, one in zip(best, texts, strict=True)]
    return [longer / shorter for shorter, longer in pairwise(best)]


def repeated(compiled: RuleSet, one: Article) -> float:
    """CPU time of one match, of as many as can be measured."""
    times = 1
    while (took := processed(lambda: compiled.match(one), times)) < _LEAST:
        times *= 4
    return took / times


def processed(work: Callable[[], object], times: int) -> float:
    """CPU time of doing it so many times."""
    began = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - began


def as_article(text: news.Text, uid: str = "a1") -> Article:
    """Its source is the language."""
    return article(uid, title=text.title, text=text.text, of=text.language)


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--passes", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("speed", "whole", "linear"))
    given = parser.parse_args()
    figures = Figures()
    loaded = rules(max(SIZES), given.seed)
    some = [as_article(text, f"a{n}") for n, text in enumerate(news.articles(given.articles, given.seed))]
    gc.collect()
    gc.freeze()
    if given.only in {None, "whole"}:
        match_whole(figures, loaded, some[:60], given.passes)
    if given.only in {None, "speed"}:
        speed(figures, loaded, some, given.passes)
    gc.disable()  # how often it runs depends on all that lives, and not on the text
    if given.only in {None, "linear"}:
        linear(figures, loaded, given.seed, given.passes)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
