"""What people read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.model import (
    Alert,
    AlertKind,
    ClauseCode,
    Handover,
    Item,
    Level,
    Message,
    MessageType,
    Notice,
    NoticeKind,
    OncePer,
    ReasonClause,
)
from monitor.model.outcome import clauses_from_sentence
from monitor.notify.renderers import Capabilities, capabilities_of, render_message
from monitor.notify.renderers.content import ADDRESS, ITEMS, SENTENCE, UNSURE_ITEMS
from monitor.notify.renderers.forms import compose_message
from monitor.store.queues.outbox import MAX_COMBINED
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    alert,
    article,
    delivery,
    endless,
    in_doubt,
    notice,
    reason_of,
)

SEOUL = ZoneInfo("Asia/Seoul")
BYTES, JSON = 4096, 7700
PAGE = "https://x.test/1?a=1&b=2"


def told(sentence: str = "", marks: tuple[tuple[int, int], ...] = ()) -> Alert:
    """An alert of a dated article at 21:00 UTC, when Seoul has tomorrow."""
    page = article(url=PAGE, published=datetime(2026, 1, 5, 21, 0, tzinfo=UTC))
    made = alert(page)
    return replace(made, sentence=sentence, highlights=marks) if sentence else made


def message(
    of: Alert | Notice | None = None,
    *,
    kind: str = "ntfy",
    repeat: bool = False,
    source: str = "The Wire",
    **facts: Any,
) -> Message:
    sent = replace(delivery(of or told(), repeat=repeat), **facts)
    return render_message(sent, kind=kind, source=source, zone=SEOUL)


def page(of: Alert | Notice | None = None, *, repeat: bool = False) -> str:
    """The HTML of a mail, without how it looks."""
    html = message(of, kind="mailto", repeat=repeat).html
    return re.sub(r' (style|class|dir|lang)="[^"]*"', "", html.partition("<body")[2])


def late(length: timedelta) -> dict[str, Any]:
    """What makes a delivery late by so much, on the fallback of a channel with a long name."""
    return {"due_at": NOON, "claimed_at": NOON + length, "handover": Handover("p" * 64, NOON)}


def test_a_message_says_everything() -> None:
    """Title, level in a word, the sentence with its words marked, source, local time, link, and the reason."""
    of = told("Seoul saw two missiles.", ((14, 22),))
    assert message(of) == Message(
        title="HIGH: North Korea fires two ballistic missiles",
        text=(
            "HIGH: About launch\n"
            "\n"
            "“Seoul saw two missiles.”\n"
            "\n"
            "The Wire, Tue 6 Jan 2026, 06:00 KST\n"
            f"{PAGE}\n"
            "Why: “missiles” in the title; first alert of this story.\n"
            f"Rule launch, story {of.story}, alert {of.id}"
        ),
        id=of.id,
        replaces=of.id,
        link=of.article.url or "",
        source="wire",
        type=MessageType.FAILURE,
        rule="launch",
        level=Level.HIGH,
    )


@pytest.mark.parametrize("kind", ["ntfy", "console", "discord", "revolt", "tgram", "mailto", "zulip"])
@pytest.mark.parametrize(("sentence", "adds"), [(HEADLINE, False), ("Ballistic missiles!", False), ("It flew.", True)])
def test_a_sentence_that_only_repeats_the_headline_is_not_quoted(kind: str, sentence: str, adds: bool) -> None:
    """In every form that people read: they have just read the headline."""
    sent = message(told(sentence), kind=kind)
    for body in filter(None, (sent.text, sent.html, sent.markdown)):
        assert (f"“{sentence}”" in body) is adds


def test_what_a_short_title_cuts_off_is_quoted() -> None:
    """Where the title has sixty characters, a headline may be longer."""
    title = f"{HEADLINE} into the Sea of Japan"
    of = replace(told(title), article=article(title=title))
    assert f"“{title}”" in message(of, kind="zulip").text
    assert f"“{title}”" not in message(of, kind="ntfy").text


@pytest.mark.parametrize("kind", ["webhook", "json"])
def test_a_program_gets_the_sentence_anyway(kind: str) -> None:
    """It may show the text without the title."""
    assert f"“{HEADLINE}”" in message(told(), kind=kind).text


def test_beside_its_subject_a_mail_shows_the_rule_if_it_quotes_nothing() -> None:
    """Programs show the beginning of a mail in their lists; the page still names source and time."""
    html = page(told())
    assert "<div>About launch</div>" in html
    assert "The Wire, Tue 6 Jan 2026, 06:00 KST" in html


def test_what_is_told_of_an_event_names_it() -> None:
    """As `stories show` and `stories split` take it."""
    assert "\nRule launch, event E1, alert " in message(replace(told(), event="E1")).text


def test_both_bodies_of_a_mail_say_the_same() -> None:
    """Who reads HTML misses nothing that stands in the plain text."""
    of = replace(told("Seoul & Tokyo saw <missiles>.", ((19, 27),)), rule_title="Launches < tests")
    both = message(of, kind="mailto", repeat=True)
    shown = unescape(re.sub("<[^>]*>", "", both.html))
    for line in filter(None, both.text.removeprefix("HIGH: ").splitlines()):
        assert line.strip("“”") in shown


@pytest.mark.parametrize(
    ("sentence", "html"),
    [
        ("a missile", "a <mark><b>missile</b></mark>"),
        ("a **missile**", "a **<mark><b>missile</b></mark>**"),
        ("2*2 *missile*", "2*2 *<mark><b>missile</b></mark>*"),
        ("__a ** missile", "__a ** <mark><b>missile</b></mark>"),
    ],
)
def test_stars_of_a_text_stay_as_they_are(sentence: str, html: str) -> None:
    """Plain text marks nothing, and so does not touch them."""
    begins = sentence.index("missile")
    of = told(sentence, ((begins, begins + len("missile")),))
    assert f"“{sentence}”" in message(of).text
    assert f"“{html}”" in page(of)


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        # what a feed says is text, wherever it stands
        ({"sentence": "a <script>alert(1)</script> b", "highlights": ()}, "a &lt;script&gt;alert(1)&lt;/script&gt; b"),
        ({"sentence": "<b>", "highlights": ((0, 3),)}, "<mark><b>&lt;b&gt;</b></mark>"),
        ({"why": clauses_from_sentence("“<i>” in the title")}, "Why: “&lt;i&gt;” in the title."),
        ({"rule_title": "<u>"}, "<b>&lt;u&gt;</b>"),
        ({"article": article(title="<u>")}, "<h1>&lt;u&gt;</h1>"),
    ],
)
def test_nothing_of_a_feed_becomes_html(changed: dict[str, object], shown: str) -> None:
    """Every text is escaped."""
    assert shown in page(replace(told(), **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (PAGE, '<a href="https://x.test/1?a=1&amp;b=2">https://x.test/1?a=1&amp;b=2</a>'),
        ('https://x.test/"><script>', '<a href="https://x.test/&quot;&gt;&lt;script&gt;">'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),  # shown, and no link
    ],
)
def test_links_are_links(url: str, shown: str) -> None:
    """The article's own address, clickable if it is a web address, and only then."""
    assert shown in page(replace(told(), article=article(url=url)))


def test_an_article_without_an_address_has_no_empty_line() -> None:
    """Nothing is shown where there is nothing."""
    lines = message(alert()).text.splitlines()
    assert lines.index("") != len(lines) - 1
    assert "None" not in message(alert()).text


def test_an_undated_article_says_so() -> None:
    """No reader takes our first sight for the source's date."""
    assert "The Wire, undated, seen Mon 5 Jan 2026, 21:00 KST" in message(alert(article(dated=False))).text


@pytest.mark.parametrize("repeat", [True, False])
def test_a_possible_repeat_says_so(repeat: bool) -> None:
    """Exactly where an earlier attempt ended unclear."""
    assert ("you may have this message already" in message(repeat=repeat).text) is repeat
    assert ("you may have this message already" in page(repeat=repeat)) is repeat


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, None), (4, None), (5, "5 minutes"), (40, "40 minutes"), (130, "2 hours"), (3000, "2 days"), (-60, None)],
)
def test_a_late_message_says_so(minutes: int, shown: str | None) -> None:
    """Whoever reads it must not take it for what is now."""
    text = message(due_at=NOON, claimed_at=NOON + minutes * MINUTE).text
    assert (f"Late by {shown}: it could not be sent on time." in text) is (shown is not None)
    assert ("Late" in text) is (shown is not None)


def test_what_may_have_come_on_time_is_not_said_to_be_late() -> None:
    """It may be the second copy: "it could not be sent on time" may be false."""
    text = message(repeat=True, due_at=NOON, claimed_at=NOON + 40 * MINUTE).text
    assert text.endswith("you may have this message already.\nIf not, it is late by 40 minutes.")
    assert "could not be sent" not in text


@pytest.mark.parametrize("of", [told(), notice()], ids=["alert", "notice"])
def test_a_message_on_a_fallback_says_why_it_comes_there(of: Alert | Notice) -> None:
    """And since when the other channel fails, as the desk reads the time."""
    both = message(of, kind="mailto", claimed_at=NOON + HOUR, handover=Handover("phone", NOON))
    for body in (both.text, both.html):
        assert "Sent here because channel phone has failed since 21:00." in body


@pytest.mark.parametrize(
    ("sentence", "marks", "shown"),
    [
        ("abc", (), "“abc”"),
        ("abc", ((0, 1), (2, 3)), "“**a**b**c**”"),
        ("abc", ((0, 3),), "“**abc**”"),
        ("abcd", ((0, 3), (1, 2)), "“**abc**d”"),  # one within another
        ("abcd", ((0, 2), (1, 4)), "“**ab**cd”"),  # overlapping: the first is kept, and no character twice
        ("ab c", ((0, 1), (1, 2), (3, 4)), "“**ab** **c**”"),
        ("북한이 미사일을 쐈다", ((4, 7),), "“북한이 **미사일**을 쐈다”"),
        ("朝鲜发射🚀导弹", ((5, 7),), "“朝鲜发射🚀**导弹**”"),
    ],
)
def test_marks(sentence: str, marks: tuple[tuple[int, int], ...], shown: str) -> None:
    """The words that fired are marked as they stand; the sentence's characters stay, each once. In plain text nothing
    is added: nobody wants to read stars."""
    both = message(told(sentence, marks), kind="discord")
    assert shown in (both.markdown or "").splitlines()
    assert both.text.splitlines()[2] == f"“{sentence}”"


@pytest.mark.parametrize("at", [0, 50, 399, 400, 1500, 2992])
def test_a_long_sentence_is_cut_round_its_first_mark(at: int) -> None:
    """What fired is always shown, wherever it stands, and the cut is visible."""
    sentence = "x" * at + "missiles" + "y" * (2992 - at)
    shown = message(told(sentence, ((at, at + 8),))).text.splitlines()[2]
    assert "missiles" in shown
    assert len(shown) <= SENTENCE + len("“……”")
    assert shown.startswith("“…") is (at > SENTENCE // 4)
    assert shown.endswith("…”") is (at < 2992 - SENTENCE + SENTENCE // 4)


def test_a_long_sentence_without_marks_keeps_its_beginning() -> None:
    """Nothing to cut round: from the start."""
    assert message(told("z" * 1000)).text.splitlines()[2] == f"“{'z' * SENTENCE}…”"


@pytest.mark.parametrize("level", list(Level))
def test_the_level_is_a_word(level: Level) -> None:
    """No colour and no number has to be known."""
    both = message(replace(told(), level=level))
    assert both.title.startswith(f"{level.upper()}: ")
    assert both.text.startswith(f"{level.upper()}: ")


@pytest.mark.parametrize("sign", ["a", "弹", "é", "😀"])
def test_a_message_fits_every_channel(sign: str) -> None:
    """Everything as long as can be, in any script, fits the narrowest of them: tests/integration/test_ntfy.py."""
    longest = message(endless(sign), source=sign * 5000, repeat=True, **late(9 * HOUR))
    assert len(longest.text.encode()) <= 4096
    assert len(json.dumps({"title": longest.title, "message": longest.text})) <= 8192 - 400  # its other keys
    for part in ("“", f"Why: {sign}", "you may have this message already"):
        assert part in longest.text


def others(count: int, of: Alert) -> dict[str, Any]:
    """What makes a delivery the first of a message with so many other alerts."""
    made = (replace(of, id=f"{number:016x}", rule=f"other-{number}", level=Level.LOW) for number in range(count))
    return {"combined": tuple(delivery(each) for each in made)}


@pytest.mark.parametrize("kind", ["ntfy", "mailto", "discord", "tgram", "slack"])
def test_a_message_names_all_its_alerts(kind: str) -> None:
    """In each form, and in both bodies of a mail: with level, rule and id."""
    sent = message(kind=kind, **others(2, told()))
    for body in filter(None, (sent.text, unescape(sent.html), sent.markdown.replace("\\", ""))):
        for number in range(2):
            assert "Also LOW: About launch. Why: “missiles” in the title" in body
            assert f"Rule other-{number}, story {told().story}, alert {number:016x}" in body
    assert sent.id == told().id


@pytest.mark.parametrize("sign", ["a", "弹", "é", "😀"])
@pytest.mark.parametrize("kind", ["ntfy", "discord", "pover", "tgram"])
def test_a_message_of_several_alerts_fits(sign: str, kind: str) -> None:
    """However long all their parts are."""
    long = endless(sign)
    sent = message(long, kind=kind, source=sign * 5000, **others(MAX_COMBINED - 1, long))
    assert capabilities_of(kind).accepts(sent.title, sent.markdown or sent.text)
    assert f"alert {MAX_COMBINED - 2:016x}" in sent.text


def test_one_line_shows_the_first_alert() -> None:
    assert message(kind="twilio", **others(2, told())) == message(kind="twilio")


def items(number: int, title: str = HEADLINE, url: str | None = PAGE) -> tuple[Item, ...]:
    line = Item("launch", "About launch", Level.HIGH, "S1", None, "wire", "a", title, url, "It flew.", ())
    return tuple(replace(line, story=f"S{n}") for n in range(1, number + 1))


def digest(*lines: Item, title: str = "About launch: 2 stories, only mentioned") -> Alert:
    return replace(
        told(),
        kind=AlertKind.DIGEST,
        level=Level.INFO,
        rule_title=title,
        why=clauses_from_sentence("2 stories, only mentioned"),
        items=lines,
    )


def test_an_update_says_so_and_who_else_reports_it() -> None:
    """In the title, so that nobody takes it for another story; those who print one agency's text are one voice."""
    of = replace(
        told(), kind=AlertKind.UPDATE, also_reported_by=("Post", "Times", "Herald", "Globe"), publisher_count=2
    )
    made = message(of)
    assert made.title == f"UPDATE, HIGH: {HEADLINE}"
    assert made.text.startswith("UPDATE, HIGH: About launch\n")
    assert "Also reported by Post, Times, Herald and 1 more; 2 independent publishers in all" in made.text.splitlines()
    assert (
        "Also reported by Post; 1 independent publisher in all"
        in message(replace(of, also_reported_by=("Post",), publisher_count=1)).text
    )
    assert "Also" not in message().text


def test_what_is_possibly_the_same_says_why_it_is_sent_itself() -> None:
    """Its own headline, source, link and reason come first, then what it is possibly the same as, once; nobody else."""
    doubt = (
        ReasonClause(ClauseCode.POSSIBLY_SAME, subject="E1"),
        ReasonClause(ClauseCode.DOUBT, words="both Busan, both today; the words differ"),
    )
    of = in_doubt()
    of = replace(of, article=told().article, at=NOON, also_reported_by=("Post",), why=(*of.why, *doubt))
    made = message(of)
    assert made == Message(
        title=f"POSSIBLY THE SAME: {HEADLINE}",
        text=(
            "POSSIBLY THE SAME: About launch\n"
            "\n"
            "The Wire, Tue 6 Jan 2026, 06:00 KST\n"
            f"{PAGE}\n"
            f"Why: {reason_of(in_doubt())}.\n"
            "Possibly the same as “Dockers walk out” (sent at 19:00): both Busan, both today; the words differ.\n"
            f"Rule launch, story {of.story}, alert {of.id}"
        ),
        id=of.id,
        replaces=of.id,
        link=of.article.url or "",
        source="wire",
        in_reply_to=of.thread,
        type=MessageType.INFO,
        rule="launch",
        level=Level.LOW,
    )
    assert of.level is Level.HIGH  # as webhooks and lists have it
    assert "Possibly the same as “Dockers walk out”" in page(of)
    assert of.earlier is not None
    assert "<u>" not in page(replace(of, earlier=replace(of.earlier, title="<u>", doubt="<u>")))


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"doubt": ""}, "Possibly the same as “Dockers walk out” (sent at 19:00)."),
        ({"sent_at": NOON - 24 * HOUR, "doubt": ""}, "Possibly the same as “Dockers walk out” (sent at 4 Jan, 21:00)."),
    ],
)
def test_how_it_names_what_it_is_possibly_the_same_as(changed: dict[str, Any], line: str) -> None:
    """With its day where that is not today, and without a doubt where that was forgotten."""
    of = in_doubt()
    assert of.earlier is not None
    assert line in message(replace(of, earlier=replace(of.earlier, **changed))).text.splitlines()


def test_where_the_older_message_is_gone_the_reason_is_given() -> None:
    """As in any other message."""
    of = replace(in_doubt(), earlier=None)
    assert f"Why: {reason_of(of)}." in message(of).text.splitlines()
    assert message(of).in_reply_to == of.thread


def test_a_digest_has_a_line_for_each_story() -> None:
    """Level, headline, rule and story, and the address; why, and what to find it by."""
    of = digest(items(1)[0], replace(items(2)[1], level=Level.LOW, title="", url=None))
    made = message(of, repeat=True)
    assert made == Message(
        title="DIGEST, INFO: About launch: 2 stories, only mentioned",
        text=(
            f"1. HIGH: {HEADLINE} (launch, S1)\n"
            f"{PAGE}\n"
            "2. LOW: It flew. (launch, S2)\n"
            "\n"
            "Why: 2 stories, only mentioned.\n"
            f"Digest {of.id}, Mon 5 Jan 2026, 21:00 KST\n"
            "It may have been sent before: you may have this message already."
        ),
        id=of.id,
        replaces=of.id,
        rule="launch",
        level=Level.INFO,
    )
    assert f'<a href="{PAGE.replace("&", "&amp;")}">' in page(of)
    assert "<u>" not in page(digest(*items(1, "<u>"), title="<u>"))


def test_what_has_no_line_in_a_digest_is_counted() -> None:
    """Nobody takes some of it for all."""
    assert "more:" not in message(digest(*items(ITEMS))).text
    text = message(digest(*items(ITEMS + 3))).text
    assert text.count(". HIGH") == ITEMS
    assert "and 3 more: `news-monitor matches list` shows them all" in text


def test_a_digest_in_doubt_is_quiet_and_says_why_of_each_line() -> None:
    """What the lines are possibly the same as is said once; each has its own doubt."""
    why = (
        ReasonClause(ClauseCode.EVIDENCE, words="“missiles” in the title"),
        ReasonClause(ClauseCode.FIRST_ALERT, once_per=OncePer.EVENT),
        ReasonClause(ClauseCode.POSSIBLY_SAME, subject="E1"),
    )
    doubts = ("both Busan; the words differ", "in another language")
    lines = [
        replace(line, event=f"E{number}", why=(*why, ReasonClause(ClauseCode.DOUBT, words=doubt)))
        for number, (line, doubt) in enumerate(zip(items(2), doubts, strict=True), 2)
    ]
    of = digest(*lines, title="About launch: 2 events in doubt")
    of = replace(of, level=Level.CRITICAL, thread="first", earlier=in_doubt().earlier)
    made = message(of)
    assert (made.title, made.level, made.in_reply_to, made.replaces) == (
        "POSSIBLY THE SAME: About launch: 2 events in doubt",
        Level.LOW,
        "first",
        of.id,
    )
    assert [line for line in made.text.splitlines() if "Why: “" in line or line.startswith("Possibly")] == [
        f"1. HIGH: {HEADLINE} (launch, E2). Why: “missiles” in the title; {doubts[0]}.",
        f"2. HIGH: {HEADLINE} (launch, E3). Why: “missiles” in the title; {doubts[1]}.",
        "Possibly the same as “Dockers walk out” (sent at 19:00).",
    ]
    assert doubts[1] in page(of)
    assert "CRITICAL" not in made.text


def test_a_digest_of_what_was_suppressed_says_for_what_each_was_taken() -> None:
    """Who printed it, the headline that was sent, and what is not known; without that headline, by the name of the
    event or story."""
    doubt = "one of the two articles names no known place"
    line = replace(items(1)[0], unsure=doubt, same_as="Dockers walk out")
    other = replace(line, same_as="", source="post", url=None)
    text = message(digest(line, other, replace(other, event="E1"), title="About launch: 3 articles")).text
    assert text.splitlines()[:4] == [
        f"1. HIGH: {HEADLINE} (wire): the same as “Dockers walk out”, although {doubt}",
        PAGE,
        f"2. HIGH: {HEADLINE} (post): the same as S1, although {doubt}",
        f"3. HIGH: {HEADLINE} (post): the same as E1, although {doubt}",
    ]


def test_a_line_keeps_its_number() -> None:
    """`mark` finds a line by it, also after the article of another line was erased."""
    first, second = (replace(line, number=number) for number, line in enumerate(items(2), 1))
    assert "2. HIGH" in message(digest(second)).text
    assert "1. HIGH" in message(digest(first)).text


def test_it_has_more_lines_than_others_have() -> None:
    """Twenty, where they have room; then they are counted."""
    lines = [replace(each, unsure="its place", same_as="Strike") for each in items(UNSURE_ITEMS + 3, "Quake", None)]
    text = message(digest(*lines)).text
    assert text.count(". HIGH: ") == UNSURE_ITEMS == 20
    assert "and 3 more: `news-monitor matches list` shows them all" in text


@pytest.mark.parametrize("sign", ["a", "弹", "é", "😀"])
@pytest.mark.parametrize("url", ["https://x.test/".ljust(198, "a"), "https://x.test/" + "a" * 5000])
def test_a_digest_fits_every_channel(sign: str, url: str) -> None:
    """However long its lines: fewer of them, and the others counted."""
    lines = [replace(each, rule="r" * 100) for each in items(500, sign * 5000, url)]
    of = replace(digest(*lines, title=sign * 5000), why=clauses_from_sentence(sign * 5000), level=Level.CRITICAL)
    longest = message(of, repeat=True)
    assert len(longest.text.encode("utf-8", "surrogatepass")) <= BYTES == 4096
    assert len(json.dumps({"title": longest.title, "message": longest.text})) <= JSON + 40 <= 8192 - 400
    shown = longest.text.count(". HIGH: ")
    assert shown >= 3
    assert f"and {500 - shown} more" in longest.text
    for part in (f"Why: {sign}", "you may have this message already"):
        assert part in longest.text


def test_an_address_is_never_cut() -> None:
    """It is whole, or said to be missing, so that nobody follows a part of one."""
    for length, shown in ((ADDRESS - len('""'), True), (ADDRESS, False)):
        url = "https://x.test/".ljust(length, "a")
        text = message(replace(told(), article=article(url=url))).text
        assert (url in text) is shown
        assert ("https://" in text) is shown
        assert ("its address is too long for a message" in text) is not shown


def test_two_halves_of_an_emoji_stay_together() -> None:
    """Emoji count twice, and a cut falls between them."""
    made = message(replace(told(), article=article(title="😀" * 200)))
    assert made.title == "HIGH: " + "😀" * 79 + "…"


def test_an_article_without_a_title_has_a_message_with_one() -> None:
    """The rule's title stands in."""
    assert message(alert(article(title="", text="Missiles."))).title == "HIGH: About launch"


def test_a_notice_says_that_it_is_one() -> None:
    """What is told, line by line, why, and what to find it by; never taken for news."""
    of = notice(title="Source wire fails", text="wire: <gone>\nIt is still tried.")
    assert message(of, repeat=True) == Message(
        title="NOTICE: Source wire fails",
        text=(
            "wire: <\u200bgone>\n"
            "It is still tried.\n"
            "\n"
            "Why: a source that fails for 3 hours is told.\n"
            "Notice n1, Mon 5 Jan 2026, 21:00 KST\n"
            "It may have been sent before: you may have this message already."
        ),
        id="n1",
        replaces="n1",
        type=MessageType.WARNING,
        level=of.level,
    )


@pytest.mark.parametrize(
    ("level", "type_"),
    [
        (Level.CRITICAL, "failure"),
        (Level.HIGH, "failure"),
        (Level.MEDIUM, "warning"),
        (Level.LOW, "info"),
        (Level.INFO, "info"),
    ],
)
@pytest.mark.parametrize("kind", AlertKind)
def test_a_message_has_the_type_of_its_level(level: Level, type_: str, kind: AlertKind) -> None:
    """Of an update and of a digest, too: channels colour, sort and page by it. What is in doubt is quiet."""
    of = replace(told(), level=level, kind=kind)
    assert message(of).type == ("info" if of.is_in_doubt else type_)


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        (NoticeKind.PROBLEM, "warning"),
        (NoticeKind.REMINDER, "warning"),
        (NoticeKind.RECOVERY, "success"),
        (NoticeKind.REPORT, "info"),
    ],
)
@pytest.mark.parametrize("level", Level)
def test_a_notice_has_the_type_of_what_it_says(kind: NoticeKind, type_: str, level: Level) -> None:
    """A trouble of the service is a warning, and what is well again is a success."""
    assert message(replace(notice(), kind=kind, level=level)).type == type_


@pytest.mark.parametrize("kind", [NoticeKind.PROBLEM, NoticeKind.REPORT])
@pytest.mark.parametrize("sign", ["a", "弹", "é", "😀"])
def test_a_notice_fits_every_channel(sign: str, kind: NoticeKind) -> None:
    """A fault may quote a user's file, a problem a server."""
    made = replace(notice(title=sign * 5000, text=f"{sign * 5000}\n" * 50), kind=kind, reason=sign * 5000)
    longest = message(made, repeat=True, **late(9 * HOUR))
    assert len(longest.text.encode()) <= 4096
    assert len(json.dumps({"title": longest.title, "message": longest.text})) <= 8192 - 400  # its other keys
    assert "you may have this message already" in longest.text


def test_a_report_has_as_many_lines_as_fit() -> None:
    """And says that it goes on. All other notices are short."""
    lines = [f"{number:02} {'x' * 90}" for number in range(50)]
    report = replace(notice(text="\n".join(lines)), kind=NoticeKind.REPORT)
    shown = message(report).text.splitlines()
    kept = [line for line in shown if line in lines]
    assert kept == lines[: len(kept)]
    assert 20 < len(kept) < 50
    assert shown[shown.index(kept[-1]) + 1] == "…"
    assert "01 x" in message(replace(report, text="\n".join(lines[:2]))).text
    assert "…" not in message(replace(report, text="\n".join(lines[:2]))).text


def test_of_a_digest_the_longest_that_fits_is_sent() -> None:
    """By what its channel accepts; at the least without a line."""
    of = delivery(digest(*items(ITEMS)))
    lines = []
    for size in (4096, 680, 300, 60):
        can = Capabilities(max_size=size, joins_title=False)
        text = compose_message(of, can, source="", zone=SEOUL).text
        assert can.accepts("", text)
        lines.append(text.count(". HIGH"))
    assert lines == [7, 6, 1, 0]


@pytest.mark.parametrize("kind", ["ntfy", "mailto", "discord", "tgram", "zulip", "sms"])
def test_a_post_without_a_headline_is_quoted_below_the_title_of_its_rule(kind: str) -> None:
    """Also if that title has the same words: it does not show what the post says."""
    of = told("Earthquake!")
    of = replace(of, article=replace(of.article, title=""), rule_title="Earthquake in Japan")
    assert "Earthquake!" in message(of, kind=kind).text
