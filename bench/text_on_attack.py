"""Functions that take strangers' text: how long each takes on the worst text that a search finds.

    ./dev bench text_on_attack [--only "sentences"] [--seed 1] [--tries 600]

For every public function of what reads, compares, matches and shows text (tests/security/text_functions.py finds them)
it repeats nasty pieces (tests/security/nasty_pieces.py), alone, in pairs, before and behind a long run of something
else, and goes on with what was slowest. The worst text is doubled until it has a megabyte, and the exponent is fitted:
1 is linear, 2 quadratic. CPU seconds are printed for a megabyte, and for the longest text that can reach the function:
"bound" says how long that is. It demands of each function:

    daemon   at most .5 s for the longest text that can reach it
    worker   of what runs in a worker: at most its deadline, for a megabyte
    growth   an exponent of at most 1.5, where a megabyte takes more than .5 s
"""

from __future__ import annotations

import math
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.world.figures import Figures
from bench.world.place import parser_of
from monitor.errors import FeedUnreadable
from monitor.text.record import replace_surrogates
from tests.security.nasty_pieces import ALL
from tests.security.reading_path import LIMITS
from tests.security.text_functions import MEGABYTE, TextFunction, fit, list_text_functions

FIRST = 2_000  # characters of a text of the search
KEPT = 2  # texts of each function that are doubled
LONGEST = 1.0  # s of a call: what would take longer is only estimated
GIVEN_UP = 60  # s, by the clock
QUICK = 0.5  # s
LINEAR_STEP = 3  # times as long for twice the text
LINEAR = 1.5  # exponent: a linear function that leaves the caches of a processor comes near it

SIZES = tuple(2**power for power in range(13, 21))  # characters

Write = Callable[[int], str]
"""A text of about so many characters."""


@dataclass(frozen=True)
class Attack:
    """A text of any length, and what it is made of."""

    made_of: str
    write: Write


def attack_with(form: str, one: str, other: str) -> Attack:
    """One of the forms that slow patterns have."""

    def repeat(piece: str, characters: int) -> str:
        return piece * (characters // len(piece) + 1) if piece else ""

    def write(characters: int) -> str:
        match form:
            case "repeated":
                text = repeat(one + other, characters)
            case "before":
                text = one + repeat(other, characters)
            case "behind":
                text = repeat(other, characters)[: max(0, characters - len(one))] + one
            case _:  # halves
                text = repeat(one, characters // 2)[: characters // 2] + repeat(other, characters // 2)
        return text[:characters]

    return Attack(f"{form}: {one!a} {other!a}", write)


FORMS = ("repeated", "repeated", "before", "behind", "halves")


def draw_attacks(chance: random.Random, tries: int) -> Iterator[Attack]:
    """Each piece alone, and then as many others."""
    for piece in ALL:
        yield attack_with("repeated", piece, "")
    for _ in range(tries):
        one, other = chance.choice(ALL), chance.choice(ALL)
        if chance.random() < 0.2:
            one += chance.choice(ALL)
        yield attack_with(chance.choice(FORMS), one, other)


@dataclass
class Worst:
    """The worst text of a function. `seconds`: by the number of characters."""

    function: TextFunction
    attack: Attack
    seconds: dict[int, float]

    @property
    def exponent(self) -> float:
        """How the time grows with the length, by the longest texts; 0: it is too short to measure."""
        slow = [(size, took) for size, took in self.seconds.items() if took > 0.002]
        if len(slow) < 2:
            return 0.0
        (size, took), (longer, more) = slow[-min(3, len(slow))], slow[-1]
        return math.log(more / took) / math.log(longer / size)

    def at(self, characters: int) -> float:
        """CPU seconds for so many characters: measured, or what the exponent says."""
        longest = max(self.seconds)
        if characters in self.seconds or characters <= longest:
            return self.seconds.get(characters, self.seconds[min(s for s in self.seconds if s >= characters)])
        return float(self.seconds[longest] * (characters / longest) ** max(1.0, self.exponent))


@contextmanager
def _given_up() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(GIVEN_UP)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def measure_call(function: TextFunction, text: str) -> float:
    """CPU seconds of one call; GIVEN_UP if it takes longer."""
    if function.bound and function.bound.in_worker:
        text = replace_surrogates(text)  # the decoder leaves no halves of pairs
    began = time.process_time()
    try:
        with _given_up():
            function.call(text)
    except TimeoutError:
        return float(GIVEN_UP)
    except FeedUnreadable:  # of a whole path; it took its time all the same
        pass
    return time.process_time() - began


def search(function: TextFunction, chance: random.Random, tries: int) -> Worst:
    """The worst text that is found."""
    limit = function.bound.characters if function.bound else MEGABYTE
    times: list[tuple[float, int, Attack]] = []
    for number, attack in enumerate(draw_attacks(chance, tries)):
        text = fit(attack.write(min(FIRST, limit)), limit)
        times.append((measure_call(function, text), number, attack))
    times.sort(reverse=True)
    kept = [attack for _, _, attack in times[: 4 * KEPT]]
    # what is slow at twice the length may be another one than what is slow at first
    kept.sort(key=lambda attack: measure_call(function, attack.write(4 * FIRST)), reverse=True)
    return max((double(function, attack) for attack in kept[:KEPT]), key=lambda worst: worst.at(MEGABYTE))


def double(function: TextFunction, attack: Attack) -> Worst:
    """The times of longer and longer texts, up to the longest that can reach the function, or a megabyte."""
    worst, limit = Worst(function, attack, {}), function.bound.characters if function.bound else MEGABYTE
    sizes = sorted({size for size in SIZES if size <= max(limit, 2**16)} | {limit})
    for size in sizes:
        if size > limit and worst.seconds[limit] > QUICK:
            break
        text = attack.write(size)
        text = fit(text, size) if limit < MEGABYTE else text
        took = measure_call(function, text)
        if took > LINEAR_STEP * worst.seconds.get(size // 2, math.inf):  # or something else has slowed the processor
            took = min(took, measure_call(function, text))
        worst.seconds[size] = took
        if size > limit // 2 and worst.seconds[size] > LONGEST:
            break
        if worst.seconds[size] * 2 ** max(1.0, worst.exponent) > LONGEST:
            break
    return worst


def report(worst: Worst, figures: Figures) -> None:
    """A line, and what is demanded."""
    function, bound = worst.function, worst.function.bound
    at_megabyte = worst.at(MEGABYTE)
    here = "in a worker" if bound and bound.in_worker else f"bound {bound.characters:,}" if bound else "no bound"
    at_bound = worst.at(bound.characters) if bound else at_megabyte
    print(
        f"{function.name:62} {at_megabyte:8.2f} s/MB {worst.exponent:4.1f}  {here:14} {at_bound:6.2f} s  "
        f"{worst.attack.made_of[:70]}",
        flush=True,
    )
    if bound is not None and bound.in_worker:
        figures.demand(f"{function.name}: s in a worker", at_bound, most=LIMITS.parse.total_seconds())
    else:
        figures.demand(f"{function.name}: s", at_bound, most=QUICK)
    if at_megabyte > QUICK and (bound is None or bound.characters >= 10_000):
        figures.demand(f"{function.name}: exponent", worst.exponent, most=LINEAR)


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--only", default="", help="part of the name of a function")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=600, help="texts of each function besides the single pieces")
    asked = parser.parse_args()
    figures = Figures()
    for function in list_text_functions():
        if asked.only in function.name:
            report(search(function, random.Random(asked.seed), asked.tries), figures)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
