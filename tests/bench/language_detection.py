"""Languages of articles: how many are detected, how many wrongly, at what cost; the figures behind decision 071.

    ./dev bench language_detection --data FOLDER

The news is not in the project: `--data` names the folder with `news/labelled.jsonl.gz` and `news/background.jsonl.gz`.
Sentences in further languages are those that Django's own translations hold; where Django is not installed, their lines
are left out and named (`pip install --no-deps django`, in an environment beside the project's). Only figures are
printed. Rules are tuned on the half "read": the folds 0 to 2, of rows without a fold one half by the hash of the id, of
Django's sentences one half by the hash of the sentence. The half "unread" is what counts.

Per cent of the articles, or sentences. "Wrong": a language that it is not; where none is detected, that is neither
right nor wrong. "Declared falsely": as English, English as German, Russian as Ukrainian. "Ruled out": articles in Latin
letters whose text rules the other languages out, and of these those that lose their own. µs an article are CPU time of
the best of five passes over all titles with their texts; what folding their beginnings takes stands beside it, so that
runs on a busy machine can be compared. Memory is what this process grows by when it loads the detector and reads all
articles, measured first.

Exit code 2: the data is absent. Else 0, for it reports.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from monitor.text.folding import fold
from monitor.text.language_detection import LATIN, detect_language_tag, ruled_out_latin_languages
from tests.bench.world.figures import Figures, resident
from tests.bench.world.place import parser_of
from tests.bench.world.quality import ALL, READ, UNREAD, half_of
from tests.bench.world.recorded_news import Row

FILES = ("news/labelled.jsonl.gz", "news/background.jsonl.gz")
PASSES = 5
FALSELY = {"en": "de", "ru": "uk"}  # the others: as English
SHORTEST = 25  # characters of a sentence

# Languages of Django's translations: those that we tell from others, and thirty that share their scripts.
OURS = "ar be bg cs de es fa fr id it kk nl pl pt ru sr sv tr uk ur vi"
SHARED = frozenset(["en", *OURS.split()])
FURTHER = "af ast az bs ca cy da eo et eu fi ga gl hr hu is lt lv nb ro sk sl sq sw ckb ky mk mn tg ug"
_TRANSLATION = re.compile(r'^msgstr(?:\[0\])? ((?:".*"\n)+)', re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|\{.*?\}|<[^>]+>")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, and its language as a primary subtag. `half`: READ or UNREAD."""

    language: str
    title: str
    text: str
    half: str


def read_news(folder: Path) -> list[Labelled]:
    """All articles of the folder, each once. Raises FileNotFoundError."""
    rows: dict[str, Row] = {}
    for name in FILES:
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            rows |= {row["id"]: row for row in map(json.loads, lines)}
    return [
        Labelled(
            row["lang"].partition("-")[0],
            row["title"],
            row.get("text") or "",
            half_of_hash(row["id"]) if half_of(row) == ALL else half_of(row),
        )
        for row in rows.values()
    ]


def half_of_hash(text: str) -> str:
    """READ for one half of all texts, UNREAD for the other."""
    return READ if hashlib.sha256(text.encode()).digest()[-1] % 2 == 0 else UNREAD


def read_translations() -> list[Labelled]:
    """Sentences of Django's translations, none of two languages; no sentence if Django is not installed."""
    found = find_spec("django")
    if found is None or found.origin is None:
        return []
    languages = {
        path.parts[-3]: set(read_sentences(path.read_text(encoding="utf-8")))
        for path in Path(found.origin).parent.glob("conf/locale/*/LC_MESSAGES/django.po")
    }
    shared = Counter(sentence for sentences in languages.values() for sentence in sentences)
    return [
        Labelled(language, sentence, "", half_of_hash(sentence))
        for language, sentences in languages.items()
        for sentence in sorted(sentences)
        if shared[sentence] == 1
    ]


def read_sentences(catalogue: str) -> Iterator[str]:
    """The translations of a catalogue of gettext that are long enough, without what the program fills in."""
    for found in _TRANSLATION.finditer(catalogue):
        whole = "".join(json.loads(line) for line in found.group(1).splitlines())
        sentence = " ".join(_PLACEHOLDER.sub("", whole).split())
        if len(sentence) >= SHORTEST:
            yield sentence


def percent(part: int, whole: int) -> float:
    """In per cent; 0 of nothing."""
    return round(100 * part / whole, 2) if whole else 0.0


def right_and_wrong(texts: Sequence[Labelled], detect: Callable[[Labelled], str | None]) -> tuple[float, float]:
    """Per cent of the texts for which the right, and a wrong language is detected."""
    detected = [(each.language, tag.partition("-")[0] if (tag := detect(each)) else None) for each in texts]
    right = sum(language == found for language, found in detected)
    return percent(right, len(texts)), percent(sum(found is not None for _, found in detected) - right, len(texts))


def declare_falsely(language: str) -> str:
    """Another language, which a feed might declare."""
    return FALSELY.get(language, "en")


def note_news(figures: Figures, half: str, news: Sequence[Labelled]) -> None:
    """The lines about articles: all, and those in the scripts that several languages share."""
    for what, texts in (("", news), (", shared scripts", [each for each in news if each.language in SHARED])):
        lines = {
            "title and text: right, wrong": lambda each: detect_language_tag(each.title, each.text),
            "title alone: right, wrong": lambda each: detect_language_tag(each.title, ""),
            "title declared truly: right, wrong": lambda each: detect_language_tag(each.title, "", each.language),
            "title declared falsely: right, wrong": lambda each: detect_language_tag(
                each.title, "", declare_falsely(each.language)
            ),
        }
        for name, detect in lines.items():
            figures.note(**{f"{half}{what}: {name}": right_and_wrong(texts, detect)})


def note_ruled_out(figures: Figures, half: str, news: Sequence[Labelled]) -> None:
    """Whole articles, the first 250 characters, the text alone, the title alone."""
    texts = [each for each in news if each.language in LATIN]
    cuts: dict[str, Callable[[Labelled], tuple[str, str]]] = {
        "whole": lambda each: (each.title, each.text),
        "250 characters": lambda each: (each.title, each.text[:250]),
        "without title": lambda each: ("", each.text),
        "title alone": lambda each: (each.title, ""),
    }
    for name, cut in cuts.items():
        ruled_out = [(each.language, ruled_out_latin_languages(*cut(each))) for each in texts]
        clear = percent(sum(bool(languages) for _, languages in ruled_out), len(texts))
        lost = percent(sum(language in languages for language, languages in ruled_out), len(texts))
        figures.note(**{f"{half}: {name}: ruled out, lost": (clear, lost)})


def time_passes(news: Sequence[Labelled], work: Callable[[Labelled], object]) -> float:
    """CPU µs an article, of the best pass."""
    passes = []
    for _ in range(PASSES):
        start = time.process_time()
        for each in news:
            work(each)
        passes.append(time.process_time() - start)
    return 1e6 * min(passes) / len(news)


def measure(folder: Path) -> int:
    """Print the figures; the exit code."""
    try:
        news = read_news(folder)
    except FileNotFoundError as error:
        print(f"language_detection: no such file: {error.filename}", file=sys.stderr)
        return 2
    figures = Figures()
    before = resident()
    for each in news:
        detect_language_tag(each.title, each.text)
    figures.note(articles=len(news), memory_in_MiB=(resident() - before) / 2**20)
    figures.note(
        µs_an_article=time_passes(news, lambda each: detect_language_tag(each.title, each.text)),
        µs_of_folding=time_passes(news, lambda each: fold(f"{each.title} {each.text[:250]}")),
    )
    translations = read_translations()
    if not translations:
        print("language_detection: NOT MEASURED: sentences in further languages; Django is absent", file=sys.stderr)
    for half in (READ, UNREAD):
        mine = [each for each in news if each.half == half]
        note_news(figures, half, mine)
        note_ruled_out(figures, half, mine)
        for name, languages in (("21 languages", OURS.split()), ("30 further languages", FURTHER.split())):
            if some := [each for each in translations if each.half == half and each.language in languages]:
                shares = right_and_wrong(some, lambda each: detect_language_tag(each.title, ""))
                figures.note(**{f"{half}: sentences in {name}: right, wrong": shares})
    return figures.verdict()


def options() -> argparse.ArgumentParser:
    """Of the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    return parser


if __name__ == "__main__":
    sys.exit(measure(options().parse_args().data))
