from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.matching import ruleset as ruleset_module
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    In,
    Level,
    LevelChange,
    MatchKind,
    MentionCause,
    Named,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Pattern,
    Rule,
    RuleStatus,
    Term,
    Times,
    Where,
    Words,
)
from tests.support.building import article


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
        # Korean: a left edge or the rest of a compound, then nothing or a particle
        ("북한", "북한이 쐈다", True),
        ("북한", "북한산 등산", False),
        ("북한", "대북한 정책", False),
        ("미사일", "탄도미사일을 발사", True),
        ("미사일", "핵미사일도 쐈다", True),
        ("미사일", "미사일방어 체계", False),
        ("훈련", "대만 포위훈련", True),
        ("개입", "외환당국 구두개입에", True),
        ("미사일 발사", "탄도미사일 시험발사를", True),  # each word of a phrase
        ("발사", "동네 이발사가", False),  # three syllables: a barber
        ("화재", "문화재를 옮겼다", False),  # a cultural asset
        ("*파업", "총파업에 들어갔다", True),
        ("회의", "국회의 결정", False),  # of parliament
        ("회의", "위원회의 결정", False),  # of the committee
        ("인도", "외국인도 샀다", False),  # foreigners, too
        ("북", "대북전단을", False),  # one syllable
        ("발사*", "발사했다", True),
        ("발사*", "도시개발사업", False),  # a '*' says itself where a word is open
        ("*미사일", "탄도미사일을 발사", True),
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


def test_edges_close_a_korean_word_to_compounds() -> None:
    """As the name of an entity always is."""
    assert hits(Words((Term("훈련", "ko", edged=True),)), "대만 훈련을 시작")
    assert not hits(Words((Term("훈련", "ko", edged=True),)), "대만 포위훈련을 시작")
    rules = ruleset(EntityNamed("china"), None, Entity("china", "country", "China", (Term("중국", "ko"),)))
    assert [bool(rules.match(article(title=title))) for title in ("중국이 발표", "미합중국이 발표")] == [True, False]


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
        (NumberNamed("dead", at_least=20), "Twenty-three people killed", True),
        (NumberNamed("dead", at_most=20), "Twenty-three people killed", False),
        (NumberNamed("dead"), "Several hundred people killed", False),
        (NumberNamed("dead", at_least=300), "Dreihundert Tote", True),
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
    assert rules.words_in_evidence(match) == {"quake"}


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


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("spellings", [("Kim Jong Un", "Kim Jong-un"), ("Kim Jong-un", "Kim Jong Un", "KIM JONG UN")])
def test_the_evidence_names_the_first_of_several_spellings(spellings: tuple[str, ...], times: int) -> None:
    """The first by their letters, in whatever order the rule lists them. They may be one pattern."""
    condition = words(en=[spellings[0], f"{spellings[0]}*", *spellings[1:]])
    page = article(title="Kim Jong-un inspects", text="Kim Jong Un inspects")
    (match,) = ruleset(condition if times == 1 else Times(times, condition)).match(page)
    assert [span.term for span in match.evidence if not span.term.endswith("*")] == [min(spellings)] * times
    assert match.evidence[0].term == min(spellings)


def test_the_evidence_does_not_depend_on_other_rules() -> None:
    """Neither which spelling it names, nor which words it is of."""
    page = article(title="Kim Jong Un inspects drills", text="A drill of Kim Jong-un")
    condition = AllOf(
        (words(en=["Kim Jong Un", "Kim Jong-un"]), words(en=["drills", "drill*"]), words(en=["inspects"]))
    )
    own_rule = Rule("own", "R", Level.HIGH, condition, "v1")
    other_rules = [
        Rule("word", "R", Level.HIGH, words(en=["drill*", "Kim Jong-un"]), "v1"),
        Rule("pattern", "R", Level.HIGH, AllOf((words(en=["drills"]), Pattern("inspects"))), "v1"),
    ]
    alone, together = compile_rules([own_rule], {}), compile_rules([*other_rules, own_rule], {})
    (match,) = alone.match(page)
    assert together.match(page)[-1] == match
    assert {span.term for span in match.evidence} == {"Kim Jong Un", "drills", "drill*", "inspects"}
    assert together.words_in_evidence(match) == alone.words_in_evidence(match) == {span.term for span in match.evidence}


def test_complete_only_deep_in_the_text_is_a_mention() -> None:
    """News needs the evidence in title and first 60 words together; deeper in the text it is a mention."""
    condition = AllOf((words(en=["Taiwan"]), words(en=["drills"])))
    (news,) = ruleset(condition).match(article(title="Taiwan today", text="word " * 58 + "drills"))
    (mention,) = ruleset(condition).match(article(title="Taiwan today", text="word " * 61 + "drills"))
    assert (news.kind, mention.kind) == (MatchKind.NEWS, MatchKind.MENTION)


LAUNCH = Rule(
    "launch",
    "Launches",
    Level.HIGH,
    AllOf((words(en=["missile"]), words(en=["fired"]))),
    "v1",
    mention=AllOf((words(en=["missile"]), Named("said", words(en=["launch"])))),
)


@pytest.mark.parametrize(
    ("title", "text", "kind", "found"),
    [
        ("A missile was fired", "The launch came early.", MatchKind.NEWS, {"missile", "fired"}),
        # deep in the text `match` still holds, and its evidence counts
        ("The launch of a missile", "word " * 61 + "fired", MatchKind.MENTION, {"missile", "fired"}),
        ("The launch of a missile", "", MatchKind.MENTION, {"missile", "launch"}),
        ("Summit opens", "word " * 200 + "after the missile launch", MatchKind.MENTION, {"missile", "launch"}),
        ("A missile", "", None, set()),
        ("A launch was fired at", "", None, set()),
    ],
)
def test_where_match_does_not_hold_mention_may(title: str, text: str, kind: MatchKind | None, found: set[str]) -> None:
    """Anywhere in the text, with its own evidence; where `match` holds, `mention` is not asked."""
    matches = compile_rules([LAUNCH], {}).match(article(title=title, text=text))
    assert [each.kind for each in matches] == ([] if kind is None else [kind])
    assert {span.text for match in matches for span in match.evidence} == found


SUMMIT = Rule("summit", "Summits", Level.LOW, words(en=["summit"]), "v1")
ABOUT = replace(LAUNCH, id="about", news_in=NewsIn.ABOUT, mention=None)


@pytest.mark.parametrize(
    ("title", "text", "news"),
    [
        ("A missile was fired", "It rained.", True),
        ("A missile was fired on the day of the summit", "It rained.", True),  # complete in the title
        ("An early morning", "A missile was fired. It rained.", True),
        ("A missile", "It was fired. It rained.", True),
        ("Summit opens", "A missile was fired. It rained.", False),  # the title is about another rule's matter
        ("An early morning", "It rained. A missile was fired.", False),  # behind the first sentence
        ("An early morning", "A missile rose before the summit, where it was fired. It rained.", True),
        ("An early morning", f"A missile of {'very ' * 60}old make was fired.", False),  # behind the lead
    ],
)
def test_news_is_what_an_article_is_about(title: str, text: str, news: bool) -> None:
    """`news_in: about`: the title, or the first sentence too where the title is silent about other live rules."""
    matches = {each.rule: each for each in compile_rules([ABOUT, SUMMIT], {}).match(article(title=title, text=text))}
    assert matches["about"].kind is (MatchKind.NEWS if news else MatchKind.MENTION)
    assert (matches["about"].cause is None) is news
    assert {span.text for span in matches["about"].evidence} == {"missile", "fired"}


@pytest.mark.parametrize("news_in", [NewsIn.LEAD, NewsIn.ABOUT, NewsIn.TEXT])
@pytest.mark.parametrize(
    ("title", "condition", "news"),
    [
        ("An early morning", LAUNCH.condition, False),
        ("An old missile", LAUNCH.condition, True),
        ("Who was fired?", LAUNCH.condition, True),  # one of them is enough
        ("A missile was fired", LAUNCH.condition, True),
        ("A morning", Near((words(en=["missile"]), words(en=["fired"])), 5), False),
        ("A missile", Near((words(en=["missile"]), words(en=["fired"])), 5), True),
        ("A missile", Near((Near((words(en=["missile"]), words(en=["fired"])), 5), words(en=["a"]))), True),
        ("Missile", Near((Near((words(en=["missile"]), words(en=["fired"])), 5), words(en=["a"]))), False),  # one thing
        # what is looked for elsewhere, or must not be there, is no part of the title
        ("A drone", AllOf((In(Field.TAGS, words(en=["missile"])), words(en=["fired"]))), False),
        ("A missile", AllOf((In(Field.TEXT, words(en=["missile"])), words(en=["fired"]))), False),
        ("A drone", AllOf((words(en=["missile"]), Not(words(en=["drones"])))), False),
    ],
)
def test_a_title_must_have_some_of_it(title: str, condition: Condition, news: bool, news_in: NewsIn) -> None:
    """`title_has_some`: where the title has nothing that `match` looks for, what the text says is a mention."""
    rule = replace(LAUNCH, news_in=news_in, mention=None, condition=condition, title_has_some=True)
    page = article(title=title, text="A missile was fired. It rained.", tags=("missile",))
    (match,) = compile_rules([rule], {}).match(page)
    assert (match.kind, match.cause) == (
        (MatchKind.NEWS, None) if news else (MatchKind.MENTION, MentionCause.TITLE_HAS_NONE)
    )


@pytest.mark.parametrize(
    ("other", "news"),
    [
        (SUMMIT, False),
        (replace(SUMMIT, status=RuleStatus.SHADOW), True),
        (replace(SUMMIT, id="about"), True),  # the rule itself
        (replace(SUMMIT, condition=In(Field.TAGS, words(en=["asia"]))), True),  # not in the title
        (replace(SUMMIT, condition=AllOf((words(en=["summit"]), words(en=["fired"])))), True),  # not in the title alone
        (replace(SUMMIT, news_in=NewsIn.ABOUT), False),
        (replace(SUMMIT, mention=words(en=["opens"]), condition=words(en=["talks"])), True),  # only a mention of it
    ],
)
def test_a_title_is_about_what_a_live_rule_finds_in_it_alone(other: Rule, news: bool) -> None:
    """Not about what one in shadow finds, or one that needs the text or the tags too."""
    page = article(title="Summit opens", text="A missile was fired. It rained.", tags=("asia",))
    found = compile_rules([other, ABOUT], {}).match(page)
    assert found[-1].kind is (MatchKind.NEWS if news else MatchKind.MENTION)


def test_what_a_title_is_about_is_asked_only_where_it_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs a second look at the title: once for an article, and only for a rule that would else be news."""
    laid_out: list[bool] = []

    def lay_out(page: Article, *, all_fields: bool = False, title_alone: bool = False) -> TokenizedArticle:
        laid_out.append(title_alone)
        return TokenizedArticle(page, all_fields=all_fields, title_alone=title_alone)

    monkeypatch.setattr(ruleset_module, "TokenizedArticle", lay_out)
    compiled = compile_rules([ABOUT, replace(ABOUT, id="again"), SUMMIT, LAUNCH], {})
    for title, text, asked in (
        ("A missile was fired at the summit", "", False),
        ("Summit opens", "It rained. A missile was fired.", False),
        ("Summit opens", "A missile was fired. It rained.", True),
    ):
        laid_out.clear()
        compiled.match(article(title=title, text=text))
        assert laid_out == ([False, True] if asked else [False])


def test_the_level_of_what_an_article_is_about_is_asked_where_it_is_news() -> None:
    """Title and first sentence; of a mention anywhere."""
    raised = replace(ABOUT, raises=(LevelChange(Level.CRITICAL, words(en=["nuclear"])),))
    compiled = compile_rules([raised, SUMMIT], {})
    for title, first, level in (
        ("Morning", "A nuclear missile was fired.", Level.CRITICAL),
        ("Morning", "A missile was fired.", Level.HIGH),
        ("Summit opens", "A missile was fired.", Level.CRITICAL),
    ):
        matches = compiled.match(article(title=title, text=f"{first} Is it nuclear?"))
        assert matches[0].level is level


def test_what_drops_news_drops_what_mention_finds() -> None:
    """`unless` and `where`; and a level changes as that of any mention."""
    page = article(title="The launch of a missile", text="word " * 61 + "nuclear")
    dropped = replace(LAUNCH, id="dropped", unless=words(en=["nuclear"]))
    elsewhere = replace(LAUNCH, id="elsewhere", where=Where(sources=("kcna",)))
    raised = replace(LAUNCH, id="raised", raises=(LevelChange(Level.CRITICAL, words(en=["nuclear"])),))
    matches = compile_rules([LAUNCH, dropped, elsewhere, raised], {}).match(page)
    assert [(each.rule, each.level) for each in matches] == [("launch", Level.HIGH), ("raised", Level.CRITICAL)]
    (first, *_) = matches
    assert [(span.text, span.node) for span in first.evidence] == [("launch", "said"), ("missile", "")]


def test_a_rule_is_found_by_what_both_of_its_nets_require() -> None:
    """An article that lacks it is not asked; where one net requires nothing, neither does the rule."""
    compiled = compile_rules([LAUNCH, replace(LAUNCH, id="free", mention=Pattern("[0-9]{9}"))], {})

    def candidates(title: str) -> list[str]:
        return [each.rule.id for each in compiled.candidates(compiled.find_patterns(article(title=title, text="")))]

    assert candidates("The launch of a missile") == ["launch", "free"]
    assert candidates("A missile") == ["free"]
    assert candidates("It was fired at launch") == ["free"]


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
        (GroupNamed(of="japan"), {"Kishida", "Navy"}),
        (GroupNamed("person", of="japan"), {"Kishida"}),
        (GroupNamed("person", "asia", "japan"), set()),
    ],
)
def test_a_group_is_named_by_each_of_its_members(group: GroupNamed, titles: set[str]) -> None:
    """An entity is in it if it has the kind and the group that are asked for."""
    japan = Entity("japan", "country", "Japan", (Term("Japan"),), groups=("asia", "islands"))
    tokyo = Entity("tokyo", "place", "Tokyo", (Term("Tokyo"),), groups=("asia",))
    chile = Entity("chile", "country", "Chile", (Term("Chile"),))
    kishida = Entity("kishida", "person", "Kishida", (Term("Kishida"),), groups=("leaders",), of="japan")
    navy = Entity("navy", "organisation", "Navy", (Term("Navy"),), of="japan")
    boric = Entity("boric", "person", "Boric", (Term("Boric"),), of="chile")
    named = {each.name: each for each in (japan, tokyo, chile, kishida, navy, boric)}
    compiled = ruleset(group, None, *named.values())
    assert {title for title in (*named, "Mars") if compiled.match(article(title=title))} == titles


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
