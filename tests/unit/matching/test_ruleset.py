from __future__ import annotations

import gc

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    In,
    Level,
    MatchKind,
    Named,
    Near,
    Not,
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


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Japan", "Nothing", MatchKind.NEWS),
        ("Japan", "A film", None),
        ("Japan", "word " * 100 + "film", None),  # however deep: no article is news and no match
        ("Nothing", "word " * 100 + "Japan", MatchKind.MENTION),
        ("Japan votes", "A film", MatchKind.NEWS),
        ("Nothing", "Nothing", None),
    ],
)
def test_what_must_not_stand_there(title: str, text: str, kind: MatchKind | None) -> None:
    """It decides for one of several ways to meet a rule, and is no evidence."""
    film = Not(words(en=["film"]))
    condition = AllOf((words(en=["Japan"]), AnyOf((film, words(en=["votes"])))))
    matches = ruleset(condition).match(article(title=title, text=text))
    assert [match.kind for match in matches] == ([] if kind is None else [kind])
    assert {span.term for match in matches for span in match.evidence} <= {"Japan", "votes"}


def test_what_must_not_stand_in_a_part() -> None:
    """Its own `in` says in which."""
    condition = AllOf((words(en=["Japan"]), Not(In(Field.TITLE, words(en=["film"])))))
    assert hits(condition, "Japan", "A film")
    assert not hits(condition, "A film", "of Japan")


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


@pytest.mark.parametrize(
    ("title", "apart", "shared"),
    [
        ("央行宣布降息", False, True),
        ("央行宣布降息，利率下调", True, True),
        ("央行宣布", False, False),
    ],
)
def test_a_word_may_serve_two_where_the_rule_says_so(title: str, *, apart: bool, shared: bool) -> None:
    """降息 is the cut of a rate: the rate, and the cut."""
    rate, cut = words(zh=["利率", "降息", "息"]), words(zh=["降息", "下调"])
    for members in ((rate, cut), (words(zh=["央行"]), rate, cut)):
        assert hits(Near(members, 9), title) is apart
        assert hits(Near(members, 9, may_share_words=True), title) is shared


@pytest.mark.parametrize("title", ["高市首相", "高市首相が", "首相の高市首相"])
def test_a_place_inside_another_one_is_no_second_one(title: str) -> None:
    """The prime minister's own name says prime minister too."""
    condition = Near((words(ja=["高市首相"]), words(ja=["首相"])))
    assert hits(condition, title) is title.startswith("首相")


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Tokyo says that the North fired two missiles", True),
        ("Missiles fired by the North, Tokyo says", True),
        ("Tokyo says that the North showed its missiles, and then it fired an officer", False),  # far from each other
        ("Missiles, said Tokyo, fired", False),  # it is inside the place of the other two
        ("Tokyo says it will rain", False),
    ],
)
def test_some_stand_closer_together_than_the_rest(title: str, *, found: bool) -> None:
    """A near in a near stands from its first word to its last; the words are the evidence."""
    shots = Near((words(en=["fired"]), words(en=["missiles"])), 2)
    for member in (shots, AnyOf((words(en=["launch"]), shots))):
        matches = ruleset(Near((words(en=["Tokyo"]), member))).match(article(title=title))
        assert bool(matches) is found
        assert not found or {span.term for span in matches[0].evidence} == {"Tokyo", "fired", "missiles"}


def test_a_near_in_a_near_is_tried_in_all_its_places() -> None:
    """Not the first nor the shortest one, but the one that is near enough."""
    shots = Near((words(en=["fired"]), words(en=["missiles"])), 6)
    condition = Near((shots, words(en=["Tokyo"])), 1)
    assert hits(condition, "fired missiles and more missiles, Tokyo")
    assert not hits(condition, "fired missiles and more of that, says Tokyo")


def test_a_near_in_a_near_of_a_text_that_repeats_its_words_ends() -> None:
    """With an answer, in a moment."""
    shots = Near((words(en=["fired"]), words(en=["missiles"]), words(en=["missiles", "fired"])))
    assert not hits(Near((shots, words(en=["Tokyo"]))), "t", "fired missiles " * 5_000 + ". Tokyo")


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Japan summons the envoy", True),
        ("Japan protests over islands", True),
        ("Japan protests over fish", False),
        ("Japan and its islands", False),
        ("Japan on fish. It protests over islands", True),  # a title is one sentence
    ],
)
def test_all_of_some_near_others(title: str, found: bool) -> None:
    """Inside any: one word that is enough, or two that must both be near."""
    protest = AllOf((words(en=["protests"]), Named("what", words(en=["islands"]))))
    condition = Near((words(en=["Japan"]), AnyOf((words(en=["summons"]), protest))))
    assert hits(condition, title) is found
    assert not found or {span.node for span in ruleset(condition).match(article(title=title))[0].evidence} <= {
        "",
        "what",
    }


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
