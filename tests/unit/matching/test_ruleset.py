from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    In,
    Level,
    MatchKind,
    Near,
    NumberNamed,
    Pattern,
    Rule,
    Term,
    Words,
)
from tests.building import article


def words(**by_language: list[str]) -> Words:
    return Words(tuple(Term(text, language) for language, texts in by_language.items() for text in texts))


def ruleset(condition: Condition, unless: Condition | None = None, *entities: Entity) -> RuleSet:
    rule = Rule("r", "R", Level.HIGH, condition, "v1", unless=unless)
    return compile_rules([rule], {entity.id: entity for entity in entities})


def hits(condition: Condition, title: str, text: str = "", unless: Condition | None = None) -> bool:
    return bool(ruleset(condition, unless).match(article(title=title, text=text)))


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        # Latin: whole words, in any case, with any hyphen or possessive
        ("missile", "A Missile flew", True),
        ("missile", "Two missiles flew", False),
        ("missile*", "Two missiles flew", True),
        ("*missile", "An antimissile test", True),
        ("live-fire", "live fire drills", True),
        ("live-fire", "Live–fire drills", True),
        ("China", "China’s army", True),
        ("Sea of Japan", "the sea of\nJapan", True),
        ("Sea of Japan", "the sea near Japan", False),
        # Cyrillic, open ends inside a phrase
        ("ракет*", "Две ракеты", True),
        ("Северн* Коре*", "из Северной Кореи", True),
        ("Северн* Коре*", "Северной и Южной Кореи", False),
        # Chinese and Japanese: no edges
        ("导弹", "弹道导弹", True),
        ("導彈", "弹道导弹", True),
        ("ミサイル", "弾道ﾐｻｲﾙ発射", True),
        # Korean: a left edge, then nothing or a particle
        ("북한", "북한이 쐈다", True),
        ("북한", "북한산 등산", False),
        ("북한", "대북한 정책", False),
        ("미사일", "탄도미사일을 발사", False),
        ("*미사일", "탄도미사일을 발사", True),
        ("발사*", "발사했다", True),
        ("북", '합참 "북, 미사일 발사"', True),
        ("이재명 대통령", "이재명 대통령은 5일", True),
        ("2발", "탄도미사일 2발을", True),
        # Latin touching Chinese or Korean
        ("THAAD", "部署THAAD系统", True),
        ("THAAD", "THAAD를 배치", True),
    ],
)
def test_a_word_is_found_at_the_edges_of_its_script(term: str, text: str, found: bool) -> None:
    """Edges by script; `*` opens them."""
    assert hits(words(any=[term]), text) is found


def test_chinese_words_do_not_run_on_a_japanese_text() -> None:
    """朝鲜 (North Korea) is not found in the Japanese 朝鮮半島, whose kana say that it is no Chinese."""
    assert not hits(words(zh=["朝鲜"]), "朝鮮半島の情勢について")
    assert hits(words(zh=["朝鲜"]), "朝鮮半島局勢")


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("スト", "航空会社でスト、欠航", True),
        ("スト", "ストは３日間", True),
        ("スト", "コスト削減", False),
        ("スト", "ストレスを減らす", False),
        ("スト", "ロシア・ストの影響", True),  # the dot ends a run, and no token holds it
        ("スト", "ﾊﾞｽのｽﾄ", True),
        ("スト*", "ストライキ", True),  # an open end
        ("*スト", "全国ゼネスト", True),
        ("スト決行", "コスト決行", False),  # katakana at one end only
        ("スト決行", "スト決行コース", True),
        ("防衛", "防衛費", True),  # no katakana: no edges
        ("北朝鮮のミサイル", "北朝鮮のミサイルマン", False),
        ("Xスト", "AXスト", False),
    ],
)
def test_a_word_in_katakana_may_begin_and_end_where_a_run_does(term: str, text: str, found: bool) -> None:
    """A strike is no cost and no stress; without `edges: words` it is in both."""
    assert hits(Words((Term(term, "ja", edged=True),)), text) is found
    assert hits(Words((Term("スト", "ja"),)), "コスト削減")


GERMAN = (
    "Immer mehr Anwohner fragen sich, warum die Bahn an dieser Stelle so langsam fährt. Der Fall liegt nun bei der "
    "Behörde, die seit dem Sommer prüft, ob das Gift im Boden aus der alten Fabrik stammt und wer dafür bezahlen muss."
)
ENGLISH = (
    "A gift from the old factory town has arrived at the museum, where it will be on show until the fall. The trustees "
    "said on Monday that they had been waiting for the delivery since the summer, and that nobody knew who paid for it."
)


@pytest.mark.parametrize(
    ("condition", "text", "found"),
    [
        (words(de=["Fall"]), GERMAN, True),
        (words(de=["Fall"]), ENGLISH, False),
        (words(en=["gift"]), ENGLISH, True),
        (words(en=["gift"]), GERMAN, False),
        (words(en=["museum"], de=["Fall"]), ENGLISH, True),  # of two languages the right one runs
        (words(any=["Gift"]), GERMAN, True),  # of no language: everywhere
        (words(hu=["gift"]), GERMAN, True),  # a language that we do not tell from others
        (words(de=["Fall"]), "The fall of the wall", True),  # too short to be clear
        (words(de=["Fall"]), f"{ENGLISH} {GERMAN}", True),  # of two languages
    ],
)
def test_words_in_latin_letters_run_on_no_text_that_is_clearly_in_another_language(
    condition: Condition, text: str, found: bool
) -> None:
    """German for a case, English for autumn; in doubt both run."""
    assert hits(condition, "", text) is found


def test_a_wrong_label_of_a_feed_silences_no_word() -> None:
    """Only the text itself rules out."""
    rules = ruleset(words(en=["gift"]))
    assert rules.match(replace(article(title="", text=ENGLISH), language="de"))
    assert not rules.match(replace(article(title="", text=GERMAN), language="en"))


def test_names_in_latin_letters_run_on_every_text() -> None:
    """Of entities: a person is called the same in many languages."""
    rules = ruleset(EntityNamed("railway"), None, Entity("railway", "organisation", "Railway", (Term("Bahn", "en"),)))
    assert rules.match(article(title="", text=GERMAN))


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("China drills off Taiwan", True),
        ("Taiwan says China holds drills", True),  # any order
        ("Taiwan one two three China drills", False),  # four words between the first and the last
        ("Taiwan", False),  # one word does not serve two members
    ],
)
def test_near_counts_the_words_between_the_first_and_the_last(title: str, found: bool) -> None:
    """`within: 3 words`: at most three words stand between the first and the last member."""
    condition = Near((words(en=["Taiwan"]), words(en=["drills", "Taiwan"])), words=3)
    assert hits(condition, title) is found


def test_two_characters_count_as_a_word() -> None:
    """In Han and kana `within: 2 words` allows four characters between."""
    condition = Near((words(zh=["台湾"]), words(zh=["演习"])), words=2)
    assert hits(condition, "台湾一二三四演习")
    assert not hits(condition, "台湾一二三四五演习")


@pytest.mark.parametrize(
    ("condition", "title", "found"),
    [
        (NumberNamed("magnitude", at_least=6), "Magnitude 6.0 quake", True),
        (NumberNamed("magnitude", at_least=6), "Beben der Stärke 7,7", True),
        (NumberNamed("magnitude", at_least=6), "규모 6.8 지진", True),
        (NumberNamed("magnitude", at_least=6), "发生7.2级地震", True),
        (NumberNamed("magnitude", at_least=6), "M5.9 quake kills 60", False),
        (NumberNamed("intensity", at_least=6), "北海道で震度６強", True),
        (NumberNamed("magnitude"), "北海道で震度６強", False),
        (NumberNamed("dead", more_than=10), "Ten people killed", False),
        (NumberNamed("dead", more_than=10), "Eleven people killed", True),
        (NumberNamed("dead", at_most=10), "10 killed", True),
        (NumberNamed("dead", below=10), "10 killed", False),
        (NumberNamed("basis points", at_least=25), "It cuts by 25 basis points", True),
        (NumberNamed("dollars", at_least=1e9), "It pays $4.5 billion", True),
        (NumberNamed("euros"), "It pays $4.5 billion", False),
        (DayNamed(), "They strike on Friday", True),
        (DayNamed(), "오는 3일 파업", True),
        (DayNamed(), "They strike in May", False),
        # near others, and in a part of the article
        (Near((words(any=["quake"]), NumberNamed("magnitude")), words=2), "A quake of magnitude 6", True),
        (Near((words(any=["quake"]), NumberNamed("magnitude")), words=2), "A quake off the coast: M6.1", False),
        (In(Field.LEAD, DayNamed()), "On Friday", False),
    ],
)
def test_numbers_and_days_stand_somewhere(condition: Condition, title: str, found: bool) -> None:
    """By what they count and how much, in digits and words of many languages; also as a rule's only condition."""
    assert hits(condition, title) is found


def test_the_evidence_of_a_number_quotes_it() -> None:
    """With what was asked for; it is no word that two articles have in common."""
    rules = ruleset(AllOf((words(any=["quake"]), NumberNamed("magnitude", at_least=6), DayNamed())))
    (match,) = rules.match(article(title="Quake on Friday", text="It had a magnitude of ６.4."))
    assert [(span.text, span.term) for span in match.evidence] == [
        ("Quake", "quake"),
        ("Friday", "a day"),
        ("６.4", "number of magnitude, at least 6"),
    ]
    assert rules.words_in(match) == {"quake"}


def test_near_never_reaches_from_title_to_text() -> None:
    """A word in the title and one in the text stand together in no sentence and within no number of words."""
    for reach in (None, 90):
        condition = Near((words(en=["Taiwan"]), words(en=["drills"])), words=reach)
        assert not hits(condition, "Taiwan", "drills")


def test_a_sentence_bounds_near() -> None:
    """`within: sentence` holds within one sentence only, abbreviations notwithstanding."""
    condition = Near((words(en=["Taiwan"]), words(en=["drills"])))
    assert hits(condition, "t", "U.S. envoys said Gen. Li saw drills near Taiwan.")
    assert not hits(condition, "t", "Drills ended. Taiwan rejoiced.")


def test_the_evidence_quotes_the_article() -> None:
    """Spans give the field, its own characters and the term as the rule's author wrote it."""
    condition = AllOf((words(zh=["台湾"]), AnyOf((words(zh=["军演"]), words(en=["drill*"])))))
    (match,) = ruleset(condition).match(article(title="解放軍環臺", text="在臺灣周邊舉行軍演"))
    assert [(s.field, s.text, s.term) for s in match.evidence] == [
        (Field.TEXT, "臺灣", "台湾"),
        (Field.TEXT, "軍演", "军演"),
    ]


def test_complete_only_deep_in_the_text_is_a_mention() -> None:
    """News needs the evidence in title and first 60 words together; deeper in the text it is a mention."""
    condition = AllOf((words(en=["Taiwan"]), words(en=["drills"])))
    (news,) = ruleset(condition).match(article(title="Taiwan today", text="word " * 58 + "drills"))
    (mention,) = ruleset(condition).match(article(title="Taiwan today", text="word " * 61 + "drills"))
    assert (news.kind, mention.kind) == (MatchKind.NEWS, MatchKind.MENTION)


def test_the_lead_of_a_chinese_text_is_120_characters() -> None:
    """Half words measure the lead in every script."""
    condition = words(zh=["军演"])
    (news,) = ruleset(condition).match(article(title="", text="字" * 118 + "军演"))
    (mention,) = ruleset(condition).match(article(title="", text="字" * 119 + "军演"))
    assert (news.kind, mention.kind) == (MatchKind.NEWS, MatchKind.MENTION)


def test_unless_drops_the_article() -> None:
    """`unless: {in: title}` looks at the title only."""
    unless = In(Field.TITLE, words(en=["earthquake"]))
    assert not hits(words(en=["drill"]), "Earthquake drill", unless=unless)
    assert hits(words(en=["drill"]), "Army drill", "after the earthquake", unless=unless)


def test_an_entity_is_found_by_its_sure_names() -> None:
    """Any sure name in any language is enough."""
    lee = Entity("lee", "person", "Lee", (Term("Lee Jae-myung", "en"), Term("이재명", "ko")))
    compiled = ruleset(EntityNamed("lee"), None, lee)
    assert compiled.match(article(title="Lee Jae Myung lands in Beijing"))
    assert compiled.match(article(title="이재명은 베이징에"))
    assert not compiled.match(article(title="Bruce Lee"))


@pytest.mark.parametrize(
    ("group", "titles"),
    [
        (GroupNamed("country"), {"Japan", "Chile"}),
        (GroupNamed(None, "asia"), {"Japan", "Tokyo"}),
        (GroupNamed("country", "asia"), {"Japan"}),  # both, not either
    ],
)
def test_a_group_is_named_by_each_of_its_members(group: GroupNamed, titles: set[str]) -> None:
    """An entity is in it if it has the kind and the group that are asked for."""
    japan = Entity("japan", "country", "Japan", (Term("Japan"),), groups=("asia", "islands"))
    tokyo = Entity("tokyo", "place", "Tokyo", (Term("Tokyo"),), groups=("asia",))
    chile = Entity("chile", "country", "Chile", (Term("Chile"),))
    compiled = ruleset(group, None, japan, tokyo, chile)
    assert {title for title in ("Japan", "Tokyo", "Chile", "Mars") if compiled.match(article(title=title))} == titles


def test_many_rules_share_one_pass() -> None:
    """Every rule that holds is reported, in the set's order, and no other."""
    rules = [Rule(f"r{i}", "", Level.LOW, words(en=[f"word{i}"]), "v") for i in range(200)]
    matched = compile_rules(rules, {}).match(article(title="word150 word7 and word199", text=""))
    assert [m.rule for m in matched] == ["r7", "r150", "r199"]


def test_a_text_that_repeats_its_words_is_matched_all_the_same() -> None:
    """An article of the same two words ten thousand times ends with an answer (it once took hours)."""
    condition = Near((words(en=["Korea"]), words(en=["China"]), words(en=["Korea", "China"]), words(en=["talks"])))
    assert not hits(condition, "t", "Korea and China, " * 10_000 + ". They will hold talks.")
    assert hits(condition, "t", "Korea and China, " * 10_000 + " hold talks.")


def test_as_many_places_as_members_are_needed() -> None:
    """Two members that both fit only one place do not stand near each other; with a second place they do."""
    condition = Near((words(en=["Taiwan"]), words(en=["Taiwan"]), words(en=["drills"])), words=5)
    assert not hits(condition, "Taiwan drills")
    assert hits(condition, "Taiwan, Taiwan drills")


def test_half_a_surrogate_pair_hides_nothing_behind_it() -> None:
    """A line of JSON may hold one; a pattern finds what stands there, at its place in the text as received."""
    rule = Rule("r", "", Level.LOW, Pattern("KN-[0-9]+"), "v")
    (matched,) = compile_rules([rule], {}).match(article(title="ｋ \ud800 KN-23 \udfff", text=""))
    assert [(span.start, span.text) for span in matched.evidence] == [(4, "KN-23")]


def test_matching_leaves_nothing_for_the_garbage_collector() -> None:
    """What is made for an article is gone with it: none of it refers to itself, however long the article is."""
    near = Near((words(any=["alpha", "beta"]),) * 3, 5)
    compiled, one = ruleset(near), article(title="", text="alpha beta gamma " * 20)
    assert compiled.match(one)
    gc.collect()
    gc.disable()
    try:
        compiled.match(one)
        assert gc.collect() == 0
    finally:
        gc.enable()
