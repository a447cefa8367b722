"""What reading the article in a page costs a worker, in time and memory, and whether it is found in five languages.

Pages of our own making: an article of some length among the furniture of a news site, in each language; pages as long
as any that is read; and pages made to be slow. Exit code 1: an article was not found whole, furniture came with it, a
page took longer than a worker may (limits.parse), or the memory grew beyond what is promised.

    ./dev bench full_text
"""

from __future__ import annotations

import sys
import time

from monitor.errors import FeedUnreadable
from monitor.full_text import MAX_PAGE_BYTES
from monitor.model import Limits
from monitor.sources.formats.article_page import read_full_text
from monitor.sources.formats.read_document import preload_parsers
from tests.bench.world.figures import Figures, resident

SENTENCES = {
    "en": "The army said on day {} that two missiles were fired from the coast and fell into the sea, hurting nobody.",
    "ko": "군은 {}일 해안에서 미사일 두 발이 발사되어 바다에 떨어졌으며 다친 사람은 없다고 밝혔다. 회의가 열렸다.",
    "ja": "軍は{}日、海岸から二発のミサイルが発射され海に落下したが、けが人はいないと発表した。政府は会議を開いた。",
    "zh": "军方第{}天表示，两枚导弹从海岸发射后落入大海，没有人员受伤。政府召开了安全会议，讨论如何应对这一事件。",
    "ru": "Военные сообщили на {} день, что с берега были выпущены две ракеты, упавшие в море, никто не пострадал.",
}
FURNITURE = "Section"
MENU = "".join(f'<li class="m{i}"><a href="/{i}">{FURNITURE} {i}</a><div><span>x</span></div></li>' for i in range(200))
SLOW = {
    "elements": b"<p>" + b"<b>a</b>" * 39_000 + b"a<br>" * 900,
    "nested blocks": b"<div>" * 400_000,
    "tags that never end": b"<p<p" * 500_000,
    "nested lists": b"<ul><li>" * 260_000,
    "spans": b"<p>" + b"<span>a</span>" * 150_000,
    "links": b"<p>" + b"<a href=x>a</a>" * 140_000,
    "nested tables": b"<table><tr><td>x" * 130_000,
    "line ends": b"a<br>" * 400_000,
    "one paragraph": b"<p>" + b"a " * 1_000_000,
    "the same paragraph": b"<p>a word or two here</p>" * 90_000,
}


def page(language: str, paragraphs: int) -> bytes:
    """An article of so many paragraphs, with menus around it."""
    text = "".join(f"<p>{SENTENCES[language].format(number)}</p>" for number in range(paragraphs))
    return (
        f"<html lang={language}><head><meta charset=utf-8><title>News</title></head><body><nav><ul>{MENU}</ul></nav>"
        f"<main><article><h1>News</h1>{text}</article></main><footer><ul>{MENU}</ul></footer></body></html>"
    ).encode()


def timed(body: bytes) -> tuple[float, str]:
    """The processor's seconds that a page takes, and its text."""
    began = time.process_time()
    try:
        text = read_full_text(
            body[:MAX_PAGE_BYTES], {"content-type": "text/html; charset=utf-8"}, "https://news.test/1"
        )
    except FeedUnreadable:
        text = ""
    return time.process_time() - began, text


def main() -> int:
    """Measure, print, judge."""
    figures = Figures()
    preload_parsers()
    parser = resident()
    timed(page("en", 3))
    figures.note(MB_of_a_worker_that_parses_feeds=parser / 1e6, MB_more_for_the_first_page=(resident() - parser) / 1e6)
    for language, sentence in SENTENCES.items():
        seconds, text = timed(page(language, 20))
        whole = sum(sentence.format(number) in text for number in range(20)) / 20
        figures.note(**{f"ms for a page in {language}": 1_000 * seconds})
        figures.demand(f"found of an article in {language}", whole, least=1)
        figures.demand(f"lines of furniture in {language}", text.count(FURNITURE), most=0)
    seconds, _ = timed(page("en", 14_000))
    figures.note(s_for_the_longest_page=seconds)
    worst = {name: timed(body)[0] for name, body in SLOW.items()}
    figures.note(s_for_pages_made_to_be_slow={name: round(took, 2) for name, took in worst.items()})
    figures.demand("s for the slowest page", max(worst.values()), most=Limits().parse.total_seconds())
    figures.demand("MB more for all of these pages", (resident() - parser) / 1e6, most=120)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
