"""The shipped lists of what is no news speak nine languages, and say what they are named after."""

from __future__ import annotations

import pytest

from monitor.matching import compile_rules
from monitor.model import Article, Ignore, Ignoring, Level, ListNamed, Rule, Term, Words
from tests.support.building import NOON
from tests.support.shipped import load_shipped

NINE = {"en", "zh", "ko", "ja", "ru", "de", "pl", "fr", "es"}
LISTS = load_shipped().lists
# What is said of a deed, and the deed: where the list is ignored beside it, it does not count.
SPOILT = {
    "denials": {
        "en": ("Seoul denies report of a launch", "launch"),
        "zh": ("平壤否认发射", "发射"),
        "ko": ("북한, 발사 부인", "발사"),
        "ja": ("北朝鮮が発射を否定", "発射"),
        "ru": ("Пхеньян опроверг сообщения о запуске", "запуске"),
        "de": ("Pjöngjang dementiert den Start", "Start"),
        "pl": ("Pjongjang zaprzecza wystrzeleniu rakiety", "wystrzeleniu"),
        "fr": ("Pyongyang dément le tir", "tir"),
        "es": ("Pyongyang niega el lanzamiento", "lanzamiento"),
    },
    "negations": {
        "en": ("They did not fire", "fire"),
        "zh": ("平壤并未发射", "发射"),
        "ko": ("미사일을 안 쐈다", "쐈다"),
        "ja": ("ミサイルを発射していない", "発射"),
        "ru": ("Он не запустил ракету", "запустил"),
        "de": ("Es gab keinen Start", "Start"),
        "pl": ("Nie wystrzelono rakiety", "wystrzelono"),
        "fr": ("Il n'y a pas de tir", "tir"),
        "es": ("No hubo disparo sin lanzamiento", "lanzamiento"),
    },
    "doubts": {
        "en": ("Pyongyang could launch a rocket", "launch"),
        "zh": ("平壤可能发射火箭", "发射"),
        "ko": ("북한, 발사 가능성", "발사"),
        "ja": ("北朝鮮、発射の可能性", "発射"),
        "ru": ("Пхеньян может запустить ракету", "запустить"),
        "de": ("Furcht vor Start in Nordkorea", "Start"),
        "pl": ("Jeśli wystrzeli rakietę", "wystrzeli"),
        "fr": ("La crainte d'un tir", "tir"),
        "es": ("Pyongyang podría lanzar un misil", "lanzar"),
    },
    "plans": {
        "en": ("Pyongyang plans to launch a rocket", "launch"),
        "zh": ("平壤准备发射火箭", "发射"),
        "ko": ("북한, 발사 준비", "발사"),
        "ja": ("北朝鮮、発射を計画", "発射"),
        "ru": ("Пхеньян готовит запуск", "запуск"),
        "de": ("Nordkorea droht mit Start", "Start"),
        "pl": ("Pjongjang zamierza wystrzelić rakietę", "wystrzelić"),
        "fr": ("Pyongyang prévoit un tir", "tir"),
        "es": ("Pyongyang prepara un lanzamiento", "lanzamiento"),
    },
}
# Titles that a list is found in.
SAID = {
    "not-yet": {
        "en": "Senators call for new sanctions",
        "zh": "议员呼吁追加制裁",
        "ko": "의회, 추가 제재 촉구",
        "ja": "議員が追加制裁を要求",
        "ru": "Сенаторы призвали ввести санкции",
        "de": "Abgeordnete fordern Sanktionen",
        "pl": "Posłowie wzywają do sankcji",
        "fr": "Des députés réclament des sanctions",
        "es": "Diputados piden sanciones",
    },
    "past": {
        "en": "Ten years after the summit",
        "zh": "纪念会晤十周年",
        "ko": "정상회담 10주년",
        "ja": "首脳会談から10周年",
        "ru": "Десять лет назад состоялся саммит",
        "de": "Zehn Jahre nach dem Gipfel",
        "pl": "Dziesięć lat po szczycie",
        "fr": "Dix ans après le sommet",
        "es": "Diez años después de la cumbre",
    },
    "views": {
        "en": "Analysis: what the summit means",
        "zh": "社评：会晤的意义",
        "ko": "[사설] 정상회담의 의미",
        "ja": "社説 首脳会談の意味",
        "ru": "Мнение: зачем нужен саммит",
        "de": "Kommentar: Warum dieser Gipfel zählt",
        "pl": "Komentarz: dlaczego ten szczyt jest ważny",
        "fr": "Éditorial : pourquoi ce sommet compte",
        "es": "Editorial: por qué importa esta cumbre",
    },
    "experts": {
        "en": "Experts on why the summit failed",
        "zh": "专家：会晤意义何在",
        "ko": '전문가 "정상회담 전망 어둡다"',
        "ja": "首脳会談はなぜ失敗したか 専門家",
        "ru": "Почему сорвался саммит: эксперт",
        "de": "Experten: Warum der Gipfel scheiterte",
        "pl": "Ekspert: dlaczego szczyt się nie udał",
        "fr": "Pourquoi le sommet a échoué, selon des experts",
        "es": "Por qué fracasó la cumbre, según expertos",
    },
    "sport": {
        "en": "Striker scores in the World Cup semifinal",
        "zh": "国足世界杯预选赛",
        "ko": "축구 대표팀 평가전",
        "ja": "サッカーW杯予選",
        "ru": "Сборная выиграла матч",
        "de": "Der Torwart hält im Halbfinale",
        "pl": "Bramkarz nie zagra w meczu",
        "fr": "Le championnat sans son attaquant",
        "es": "El portero se pierde la semifinal",
    },
    "stage-and-screen": {
        "en": "A novel about a blockade",
        "zh": "新书讲述封锁",
        "ko": "봉쇄를 다룬 영화 개봉",
        "ja": "封鎖を描く映画",
        "ru": "Вышел фильм о блокаде",
        "de": "Die Ausstellung zeigt eine Blockade",
        "pl": "Nowy serial o blokadzie",
        "fr": "Le musée raconte un blocus",
        "es": "La novela de un bloqueo",
    },
}


def holds(condition: Words | ListNamed | Ignoring, title: str, language: str) -> bool:
    """Whether a rule of this condition alone hits the title."""
    rules = compile_rules([Rule("rule", "Rule", Level.INFO, condition, "")], {}, LISTS, {})
    return bool(rules.match(Article("", "source", title, "", NOON, NOON, language=language)))


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_said_of_a_deed_spoils_it_in_nine_languages(name: str) -> None:
    """And the deed alone counts, so that the list is what spoils it."""
    assert set(SPOILT[name]) == NINE
    for language, (title, deed) in SPOILT[name].items():
        words = Words((Term(deed, language),))
        assert holds(words, title, language)
        assert not holds(Ignoring(words, Ignore(lists=(name,))), title, language), title


@pytest.mark.parametrize("name", SAID)
def test_what_makes_a_title_no_news_is_found_in_nine_languages(name: str) -> None:
    """Each list by a title that it is for, and not in plain news."""
    assert set(SAID[name]) == NINE
    for language, title in SAID[name].items():
        assert holds(ListNamed(name), title, language), title
    for title in (
        "EU adopts new sanctions",
        "北朝鮮がミサイル発射",
        "Niemcy nakładają sankcje",
        "Pékin sanctionne Tokyo",
    ):
        assert not holds(ListNamed(name), title, ""), title


def test_an_interview_is_no_intelligence_service() -> None:
    """The Polish word for both is one: only with whom somebody talks shows which is meant."""
    assert holds(ListNamed("views"), "Wywiad z premierem: co dalej z budżetem", "pl")
    for title in ("Chiński wywiad stał za atakiem hakerskim", "Rosyjski wywiad werbuje studentów"):
        assert not holds(ListNamed("views"), title, "pl"), title
