"""Why an article did or did not lead to an alert can be asked of every article and every rule."""

from __future__ import annotations

import sys
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from monitor.alerting.case import DecisionContext
from monitor.cli import cli
from monitor.cli.output.streams import SafeStream
from monitor.config.loading.load import load_config_files
from monitor.matching.live import compile_live
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import attempt, delivery, match
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.articles import ArticleQueries
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of
from tests.support.commands import run_in
from tests.support.newest import make_newest
from tests.support.whole import Ended, write_config

LAUNCH = """\
rule: launch
title: A missile is launched
level: high
max_age: 12 hours
match:
  near:
    within: sentence
    these:
      - {name: who, words: [North Korea, 북한]}
      - {name: what, words: [missile, missiles, 미사일]}
      - {name: did what, words: [fires, fired, 발사]}
unless: {any: [{in: title, words: [film, films]}, {words: [anniversary]}]}
"""
QUIET = """\
rule: quiet
title: In shadow
level: low
status: shadow
match: {words: [missiles]}
---
"""
RESTING = """\
---
rule: resting
title: Off
level: low
status: off
match: {words: [missiles]}
"""
TALKS = """\
---
rule: talks
title: Talks
level: medium
match: {all: [words: [North Korea], words: [talks]]}
raise: {to: critical, if: {words: [summit]}}
mention_if: {words: [anniversary]}
"""
NETS = """\
---
rule: nets
title: Two nets
level: low
match: {all: [words: [missile], words: [fired]]}
mention: {words: [summit]}
mention_if: {words: [anniversary]}
"""
STALE = "    suppressed: published 30 hours ago, and max_age is 12 hours"
SEOUL = DecisionContext(ZoneInfo("Asia/Seoul"))
HEADLINE, PAGE = "North Korea fires missiles", "https://x.test/1"
DEEP = " ".join(["rain"] * 70) + ".\nNorth Korea fired a missile, and was asked for talks."


class Folder:
    """A folder with a monitor.yaml, and a database of what came at noon: of the launch the desk was told and the phone
    was not, then came a reprint, a mention and old news."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url
        polled = {"wire": "http://wire.test/feed", "post": "http://post.test/feed"}
        channels = {"desk": "json://127.0.0.1:9/a", "phone": "json://127.0.0.1:9/b"}
        write_config(path, polled, channels=channels, rules="mine.yaml")
        config = path / "monitor.yaml"
        config.write_text(config.read_text().replace("sqlite:///monitor.db", url), encoding="utf-8")
        self.write(QUIET + LAUNCH + RESTING + TALKS)
        database = open_database(url)
        self._fill(database)
        database.close()

    def write(self, rules: str) -> None:
        (self.path / "mine.yaml").write_text(rules, encoding="utf-8")

    def _fill(self, database: Database) -> None:
        config = load_config_files(self.path / "monitor.yaml", {}).config
        rules = compile_live(config.rules.values(), config.entities)
        claims, section = Claims(database, "here:1"), SerialSection(database)
        claims.register_sources(config.sources, NOON)
        later = NOON + MINUTE
        first = article("guid 1", HEADLINE, "It flew for an hour.", url=PAGE, canonical=PAGE)
        again = article("b", HEADLINE, of="post", seen=later)
        mention = article("deep", "It rains", DEEP, of="post", seen=later)
        old = article("old", "북한 미사일 또 발사", of="post", seen=later, published=NOON - 30 * HOUR, baseline=True)
        commit(section, claimed(claims), first, ruleset=rules, around=SEOUL)
        commit(section, claimed(claims, "post", later), again, mention, old, at=later, ruleset=rules, around=SEOUL)
        (self.alert,) = (each.alert for each in ArticleQueries(database).find("guid 1")[0].decisions if each.alert)
        tried = {"started_at": NOON, "ended_at": later}
        phone = {"alert_id": self.alert, "channel": "phone", "state": "retry", "not_before": NOON + HOUR}
        mail = {"alert_id": self.alert, "channel": "mail", "state": "pending", "not_before": NOON}
        took = {"delivery_id": 1, "number": 1, "receipt": "accepted", "detail": "200 OK"}
        failed = {"delivery_id": 2, "number": 3, "receipt": "transient", "detail": "the server answered 503"}
        with database.writing() as connection:
            connection.execute(update(delivery).values(state="accepted"))
            connection.execute(insert(delivery), [phone, mail])
            connection.execute(insert(attempt), [took | tried, failed | tried])

    def why(self, *args: str, stdin: str = "", code: int = 0) -> Ended:
        ended = run_in(self.path, "why", *args, stdin=stdin.encode())
        assert ended.code == code, ended.err
        return ended


@pytest.fixture
def kept(tmp_path: Path) -> Folder:
    make_newest(tmp_path / "monitor.db").close()
    return Folder(tmp_path, f"sqlite:///{tmp_path / 'monitor.db'}")


@pytest.fixture
def either(tmp_path: Path, new_url: str) -> Folder:
    """With a database of either kind."""
    return Folder(tmp_path, new_url)


def test_of_a_silence_it_says_who_was_told_instead(either: Folder) -> None:
    """What was held because the story had been told names the alert that told it, and where that went."""
    told = (either.why("post b")).out
    for part in (
        "the same headline\n",  # the story's title is its own
        "    suppressed: launch sent this story at 21:00 (S",
        f"    alert {either.alert}, 2026-01-05 21:00:00 KST, of “North Korea fires missiles” (wire)\n        desk: acc",
        "    suppressed: quiet would have sent this story at 21:00 (S",
    ):
        assert part in told


def test_other_silences_say_their_reason(kept: Folder) -> None:
    """Only mentioned; too old; and the language, which the script decides and not what is declared."""
    mention = (kept.why("deep")).out
    assert "✓ launch: a mention at level high: complete only outside title and lead" in mention
    assert (
        "    text  **North Korea** **fired** a **missile**, and was asked for talks.\n    deferred: only mentioned"
        in mention
    )
    assert "alert" not in mention
    old = (kept.why("old")).out
    assert STALE in old
    assert "\n          it came with older entries of its source (a first poll, or very many at once)\n" in old
    assert "language  ko; stored without one" in old
    declared = kept.why("-", stdin='{"title": "北朝鮮がミサイルを発射した", "lang": "en"}')
    assert "language  ja; stored as ja" in declared.out


@pytest.mark.parametrize(
    ("rule", "given", "steps"),
    [
        (  # how nearly
            "launch",
            "North Korea shows a missile\nIt was a long day. Iran had fired one.",
            """\
  ✗ match: near, in one sentence: 2 of 3: nothing of `did what` in the sentence; the nearest is in the text
    ✓ who: words North Korea, 북한: “North Korea” (title)
    ✓ what: words missile, missiles, 미사일: “missile” (title)
    ✓ did what: words fires, fired, 발사: “fired” (text)
""",
        ),
        (  # what speaks against
            "launch",
            "Film: North Korea fires missiles",
            """\
  ✓ match: near, in one sentence: “North Korea” (title), “fires” (title), “missiles” (title)
    ✓ who: words North Korea, 북한: “North Korea” (title)
    ✓ what: words missile, missiles, 미사일: “missiles” (title)
    ✓ did what: words fires, fired, 발사: “fires” (title)
  ✗ unless: any of these
    · words film, films in the title: “Film” (title)
""",
        ),
        (  # of two nets the one that caught it
            "nets",
            "A summit after a missile",
            """\
  ✗ match: all of these: 1 of 2: not `words fired`
    ✓ words missile: “missile” (title)
    ✗ words fired: not there
  ✓ mention: words summit: “summit” (title)
""",
        ),
        (  # what changes the level
            "talks",
            "North Korea wants talks",
            """\
  ✓ match: all of these
    ✓ words North Korea: “North Korea” (title)
    ✓ words talks: “talks” (title)
  ✓ mention_if: words anniversary: not there
  – level critical: words summit: not there
""",
        ),
    ],
)
def test_a_headline_is_asked_of_the_rules_alone(rule: str, given: str, steps: str, tmp_path: Path) -> None:
    """From standard input; neither a database nor a monitor.yaml is needed."""
    (tmp_path / "mine.yaml").write_text(LAUNCH + TALKS + NETS, encoding="utf-8")
    ended = run_in(tmp_path, "why", "--rules", "mine.yaml", "-", rule, stdin=given.encode())
    assert (ended.code, ended.err) == (0, "")
    assert f"{ended.out}\n".split("\n\n")[2] == steps.removesuffix("\n")


def test_what_a_rule_says_now_is_told_apart_from_what_was_stored(kept: Folder) -> None:
    """It was changed, it is new, it is off, it is gone: and what it would have had decided when the article came."""
    longer = LAUNCH.replace("12 hours", "3 days").replace("films]", "films, plays]")
    new = LAUNCH.replace("rule: launch", "---\nrule: new")
    kept.write(longer + new + RESTING + TALKS.replace("[summit]", "[summit, summits]"))
    old = (kept.why("old")).out
    assert (
        f"{STALE}\n        match 7, 2026-01-05 21:01:00 KST, news, high, stored under an earlier version of the rule"
        in old
    )
    assert "    by the rule as it is now: would be sent: “북한”, “미사일”, “발사” in the title; first alert of" in old
    nothing = "    nothing was stored: when the article came, the rule did not exist, was off or was different"
    assert f"{nothing}\n    by the rule as it is now: would be {STALE.strip()}" in old
    first = (kept.why("1")).out
    assert (
        "news, high, stored under an earlier version of the rule\n    alert" in first
    )  # it was told, and that is that
    assert "✗ quiet: the rule is gone, or its file has a fault\n    suppressed: quiet is in shadow" in first
    resting = (kept.why("1", "resting")).out
    assert "✓ resting (off): news at level low" in resting
    assert "it is off and matches nothing; if it ran:" in resting
    assert "    if it ran: would be sent: “missiles” in the title" in resting
    assert (kept.why("1", "quiet")).out.endswith("match 1, 2026-01-05 21:00:00 KST, news, low\n")
    again = (kept.why("post b", "launch")).out  # the same then and now is said once
    assert again.count("launch sent this story at 21:00") == 1
    assert "by the rule as it is now" not in again


def test_a_rule_that_was_switched_off_later_is_off_and_not_gone(kept: Folder) -> None:
    """Its stored decisions are still shown. Asked for by its id, it says what it would make of the article."""
    kept.write(QUIET.replace("shadow", "off") + LAUNCH)
    shown = (kept.why("1")).out
    assert "✗ quiet (off): the rule is off; to see what it would make of the article, add its id" in shown
    assert "✓ quiet (off): news at level low" in (kept.why("1", "quiet")).out


def test_what_was_stored_otherwise_than_the_same_rule_says_now_is_told(kept: Folder) -> None:
    """The sources that a rule looks at change too, and so does the program."""
    database = open_database(kept.url)
    with database.writing() as connection:
        connection.execute(update(match).where(match.c.id == 2).values(kind="mention", level=None))
    database.close()
    told = (kept.why("1", "launch")).out
    assert "mention, no level stored, differs from the rule's present result: the sources or the program have" in told


def test_a_new_version_of_an_article_is_told_apart(kept: Folder) -> None:
    """What was decided on the version of before, and that the rules are asked of the latest."""
    database = open_database(kept.url)
    claims, section = Claims(database, "here:1"), SerialSection(database)
    edited = article("guid 1", "Ferries run on time", version=2, seen=NOON, url=PAGE, canonical=PAGE)
    commit(section, claimed(claims), edited, at=NOON + HOUR)
    database.close()
    told = (kept.why("1")).out
    assert "          wire, version 2, https://x.test/1" in told
    assert "✗ launch: no match: 0 of 3: nothing of `who`, `what`, `did what` in the article\n    sent: " in told
    assert "news, high, of version 1 of the article\n" in told


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("1", "lanch"), 2, "there is no rule 'lanch'; did you mean 'launch'?"),
        (("https://x.test/never",), 2, "no article is stored for 'https://x.test/never': no source has brought it, or"),
        (("wire", "guid 1"), 2, "write the article in quotes: news-monitor why 'wire guid 1'"),
        (("fires", "missiles"), 2, "write the article in quotes: news-monitor why 'fires missiles'"),
        (("n1",), 2, "no article is stored for 'n1'"),
        (
            ("S746401c3",),
            2,
            "'S746401c3' is not an article; for stories and events: `news-monitor stories show S746401c3`",
        ),
        (("--rules", "mine.yaml", "1"), 2, "--rules is for an article on standard input: `news-monitor why --rules P"),
        (("-c", "mine.yaml", "--rules", "mine.yaml", "-"), 2, "give -c or --rules, not both"),
        (("-c", "nosuch.yaml", "1"), 2, "nosuch.yaml: there is no such file"),
        (("-",), 1, "standard input: line 1: it has neither title nor text"),
    ],
)
def test_what_cannot_be_asked_is_one_line(args: tuple[str, ...], code: int, said: str, kept: Folder) -> None:
    """With what to do; an unknown article or rule is wrong use."""
    ended = kept.why(*args, code=code)
    assert ended.out == ""
    assert ended.err.startswith(said)
    assert len(ended.told) == 1


def test_an_article_is_asked_for_by_its_headline(kept: Folder) -> None:
    """Or by a part of it; where several have it, they are listed with what to type."""
    database = open_database(kept.url)
    other = article("n2", "Seoul: missiles again", of="post", seen=NOON + HOUR)
    commit(SerialSection(database), claimed(Claims(database, "here:1"), "post", NOON + HOUR), other, at=NOON + HOUR)
    database.close()
    for headline in ("Seoul: missiles again", "SEOUL - Missiles again", "missiles again"):
        assert "article   Seoul: missiles again" in (kept.why(headline)).out
    assert "article   Seoul: missiles again" in (kept.why("missiles again", "launch")).out
    assert (kept.why("fires missiles", code=2)).told == [
        "several articles match 'fires missiles', the newest first; choose one of them:",
        "  news-monitor why 'post b'   2026-01-05 21:01:00 KST, North Korea fires missiles",
        "  news-monitor why 'wire guid 1'   2026-01-05 21:00:00 KST, North Korea fires missiles",
    ]


def test_the_number_of_an_article_leads_to_it(kept: Folder) -> None:
    """`search` and `articles list` show numbers of articles, and `why` takes those of matches."""
    database = open_database(kept.url)
    claims, section, later = Claims(database, "here:1"), SerialSection(database), NOON + HOUR
    more = [article(f"m{number}", f"Calm {number}", of="post", seen=later) for number in range(20)]
    commit(section, claimed(claims, "post", later), *more, at=later)
    with database.reading() as connection:
        numbers = connection.execute(select(match.c.id, match.c.article_id)).all()
    database.close()
    asked = kept.why("24", code=2)
    assert asked.told == ["there is no match 24; to ask about article 24, “Calm 19”: news-monitor why 'post m19'"]
    assert "article   Calm 19" in (kept.why("post m19")).out
    same = next(number for number, its_article in numbers if number == its_article)
    other = next(number for number, its_article in numbers if number != its_article)
    assert "is the number of a match" not in (kept.why(str(same))).err
    assert f"{other} is the number of a match here; to ask about article {other}, “" in (kept.why(str(other))).err


def test_the_words_of_a_headline_are_enough(kept: Folder) -> None:
    """In any order; it says so, and lists several as they can be asked for."""
    found = kept.why("rains it")
    assert "article   It rains\n" in found.out
    assert found.told == ["no headline contains 'rains it' as it is written; this article alone has all of its words"]
    these = "no headline contains 'missiles korea' as it is written; these have all of its words, the newest first"
    assert (kept.why("missiles korea", code=2)).told == [
        f"{these}; choose one of them:",
        "  news-monitor why 'post b'   2026-01-05 21:01:00 KST, North Korea fires missiles",
        "  news-monitor why 'wire guid 1'   2026-01-05 21:00:00 KST, North Korea fires missiles",
    ]
    shown = run_in(kept.path, "articles", "show", "rains it")
    assert (shown.code, shown.told) == (0, found.told)
    several = run_in(kept.path, "articles", "show", "missiles korea")
    assert several.code == 2
    assert several.told == [f"{these}; give a number:", f"  2  post: {HEADLINE}", f"  1  wire: {HEADLINE}"]


def test_an_edited_rule_is_asked_of_all_that_the_article_says(kept: Folder) -> None:
    """Its numbers, its marks and its publisher too: what was held would be an update by the rule as it is now."""
    database = open_database(kept.url)
    later, rules = (
        NOON + HOUR,
        compile_live(load_config_files(kept.path / "monitor.yaml", {}).config.rules.values(), {}),
    )
    two = article("two", f"{HEADLINE}: two missiles", of="post", seen=later, url=PAGE, canonical=PAGE)
    claim, section = claimed(Claims(database, "here:1"), "post", later), SerialSection(database)
    commit(section, claim, two, at=later, ruleset=rules, around=SEOUL)
    database.close()
    assert "suppressed: launch sent this story at 21:00" in (kept.why("post two")).out
    kept.write(LAUNCH + "alert: {again_if: new fact}\n")
    because = "“North Korea”, “fires”, “missiles” in the title"
    would = f"would be sent: {because}; update: new fact: 2 missiles; first sent at 21:00"
    assert f"    by the rule as it is now: {would}\n" in (kept.why("post two")).out


def test_how_often_a_rule_tells_is_said(kept: Folder) -> None:
    """What makes it tell again, what waits, and its cap; of a headline that is typed too, which nobody is told of."""
    kept.write(
        LAUNCH + "alert: {again_if: [3 more publishers, new fact], cooldown: 2 hours, wait_at_least: 5 minutes, "
        "at_most: 6 an hour}\n"
    )
    again = "sent again if: new fact, 3 more publishers; cooldown: 2 hours, four times as long after each update"
    said = f"once per story, up to an age of 12 hours\n    {again}; waits at least 5 minutes; at most 6 an hour\n"
    assert f"    sends to default: desk, phone; {said}" in (kept.why("1", "launch")).out
    assert f"    {said}" in (kept.why("-", "launch", stdin=HEADLINE)).out


def test_what_was_here_and_is_gone_says_so(kept: Folder) -> None:
    """That it was taken in, and why nothing more is known."""
    database = open_database(kept.url)
    forgetting = ArticleEraser(database, config_of())
    list(forgetting.erase(forgetting.plan(PAGE), NOON + HOUR))
    database.close()
    gone = "it was forgotten at the operator's request (2026-01-05 22:00:00 KST)"
    assert (kept.why(PAGE, code=2)).told == [
        f"the article '{PAGE}' is no longer stored: wire brought it on 2026-01-05 21:00:00 KST; {gone}"
    ]
    assert (kept.why("1", code=2)).told[0].startswith("there is no match 1, or it was deleted with its article")
    for alert in (kept.alert, kept.alert[:6]):
        assert (kept.why(alert, code=2)).told == [
            f"the article '{alert}' is no longer stored: it was forgotten at the operator's request"
        ]
    assert (kept.why(kept.alert[:5], code=2)).told[0].startswith("no article is stored for")
    assert ", of an article that was forgotten" in (kept.why("post b")).out


def test_a_faulty_rule_is_told_and_the_others_answer(kept: Folder) -> None:
    """A rule that is not read is a reason for silence, too: it is named where it stands, and the exit code is 1."""
    (kept.path / "mine.yaml").rename(kept.path / "good.yaml")
    config = (kept.path / "monitor.yaml").read_text(encoding="utf-8")
    (kept.path / "monitor.yaml").write_text(config.replace("['mine.yaml']", "[good.yaml, mine.yaml]"), encoding="utf-8")
    kept.write("rule: broken\nmatsh: {}\n")
    for args, stdin in ((("1",), ""), (("-",), HEADLINE)):
        ended = kept.why(*args, stdin=stdin, code=1)
        assert "✓ launch" in ended.out
        assert any(line.startswith("mine.yaml:2:1: ") for line in ended.told)
    (kept.path / "good.yaml").write_text(f"{LAUNCH}nonsense: true\n", encoding="utf-8")
    stored = kept.why("1", code=1)
    assert "✗ launch: the rule is gone, or its file has a fault\n    sent: " in stored.out
    assert "\nNo rule runs.\n" in (kept.why("-", stdin=HEADLINE, code=1)).out


def test_words_beside_the_text_are_named(tmp_path: Path) -> None:
    """Those of tags stand in no sentence."""
    (tmp_path / "mine.yaml").write_text(
        "rule: r\ntitle: R\nlevel: low\nmatch: {in: tags, words: [DPRK]}\n", encoding="utf-8"
    )
    given = b'{"title": "It rains", "tags": ["weather", "DPRK"]}'
    ended = run_in(tmp_path, "why", "--rules", "mine.yaml", "-", stdin=given)
    assert "✓ r: news at level low: complete in title and lead\n    words “DPRK” (tags)\n" in ended.out


def test_one_rule_is_asked_beside_the_others(tmp_path: Path) -> None:
    """Of one that asks what a title is about, the step by step answer is the short one."""
    about = "rule: visits\ntitle: V\nlevel: low\nnews_in: about\nmatch: {words: [visit]}\n---\n" + LAUNCH
    (tmp_path / "mine.yaml").write_text(about, encoding="utf-8")
    given = b"North Korea fires a missile\nIt was the day of a visit. It rained."
    for rule in ((), ("visits",)):
        ended = run_in(tmp_path, "why", "--rules", "mine.yaml", "-", *rule, stdin=given)
        assert "a mention at level low: complete only outside the title, which is about launch" in ended.out


def test_the_ten_that_came_nearest_are_told(tmp_path: Path) -> None:
    """Of many rules; all with --all."""
    words = [f"[{', '.join(f'{{words: [w{number}]}}' for number in range(size))}]" for size in range(2, 14)]
    rules = ["rule: met\ntitle: M\nlevel: low\nmatch: {words: [w0]}\n"]
    rules += [f"rule: r{size}\ntitle: R\nlevel: low\nmatch: {{all: {all_}}}\n" for size, all_ in enumerate(words, 2)]
    (tmp_path / "mine.yaml").write_text("---\n".join(rules), encoding="utf-8")
    asked = ("why", "--rules", "mine.yaml", "-")
    few = (run_in(tmp_path, *asked, stdin=b"w0")).out
    every = (run_in(tmp_path, *asked, "--all", stdin=b"w0")).out
    assert [line.split(":")[0] for line in few.splitlines() if line[:1] == "✗"] == [
        f"✗ r{size}" for size in range(2, 12)
    ]
    assert "\nand 2 more: --all shows them too\n" in few
    assert every.count("✗") == 12
    assert "--all" not in every
    assert (run_in(tmp_path, *asked, "--json", stdin=b"w0")).out.count("\n") == 11


class Terminal(BytesIO):
    """What a stream writes to."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_is_green_and_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And bold; elsewhere the marks alone say it."""
    (tmp_path / "mine.yaml").write_text(LAUNCH + TALKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ["why", "--rules", "mine.yaml", "-"]
    plain = CliRunner().invoke(cli, asked, HEADLINE).output
    raw = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(HEADLINE.encode())))
        patch.setattr(sys, "stdout", SafeStream(raw, encoding="utf-8"))
        with suppress(SystemExit):
            cli.main(asked, prog_name="news-monitor")
        sys.stdout.flush()
        shown = raw.getvalue().decode()
    for part in ("\x1b[32m✓\x1b[0m \x1b[1mlaunch\x1b[0m", "\x1b[31m✗\x1b[0m talks"):
        assert part in shown
    assert "\x1b" not in plain
