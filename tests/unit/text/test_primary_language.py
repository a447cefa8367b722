from __future__ import annotations

import pytest

from monitor.text.primary_language import language_of, ruled_out_languages


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("北朝鮮が弾道ミサイルを発射した", {"zh", "ko"}),  # kana: not Chinese; no Hangul: not Korean
        ("朝鲜发射导弹", {"ja"}),  # 鲜 and 导 are not written in Japan
        ("中國軍演", set()),  # traditional, and short: may be a Japanese headline
        ("北朝鮮飛翔体発射 対日警戒", {"zh", "ko"}),  # 発 and 対 are written in Japan only
        ("朝鲜" * 30, {"ja", "ko"}),  # so much Han without kana is no Japanese
        ("优衣库の每日新闻发布了新的报道并引起广泛关注", {"ko"}),  # one の in Chinese: in doubt both run
        ("North Korea fired", set()),
        ("北, 탄도미사일 발사", set()),
    ],
)
def test_only_a_clear_text_rules_a_language_out(text: str, languages: set[str]) -> None:
    """In doubt the words of every language run: a wrong guess must not silence a rule."""
    assert ruled_out_languages(text, "") == languages


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("북한이 미사일을 발사했다", "en", "ko"),  # the script says it, whatever the feed declares
        ("北朝鮮が弾道ミサイルを発射した", "en", "ja"),
        ("朝鲜发射导弹", None, "zh"),
        ("中國軍演", "zh-Hant", "zh"),  # of the two that it may be, the declared one
        ("中國軍演", None, None),
        ("КНДР запустила ракету", "ru-RU", "ru"),
        ("КНДР запустила ракету", "en", None),  # declared, and clearly not so
        ("North Korea fires", "en", "en"),
        ("North Korea fires", "ko", None),
        ("North Korea fires", None, None),
        ("12", "ko", "ko"),  # nothing to judge by
        ("أطلقت كوريا صاروخا", "ar", "ar"),
    ],
)
def test_the_script_says_more_than_the_feed(text: str, declared: str | None, language: str | None) -> None:
    """A wrong `lang` does not decide; where the script does not either, the language is not known."""
    assert language_of(text, "", declared) == language


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        # as operating systems write it, and as some people type
        ("en_US", "en"),
        (" EN-gb ", "en"),
        # three letters, of either kind
        ("eng", "en"),
        ("ger-AT", "de"),
        ("deu", "de"),
        # a language that has no two
        ("haw", "haw"),
        # undetermined, several, none
        ("und", None),
        ("mul", None),
        ("zxx", None),
        # private, or no tag at all
        ("x-klingon", None),
        ("English", None),
        ("e1", None),
        ("", None),
    ],
)
def test_a_sloppy_tag_is_understood_or_says_nothing(declared: str, language: str | None) -> None:
    """Taken as the name of some other language it would silence every rule that asks for one."""
    assert language_of("North Korea fires", "", declared) == language


def test_a_quotation_at_the_beginning_does_not_silence_an_article() -> None:
    """A Chinese article that begins with a Japanese sentence may be of either; a Japanese one is none of Chinese."""
    japanese = "日本政府は北朝鮮のミサイル発射について、国連安保理の決議に違反するものだと強く非難した。" * 5
    chinese = "这次导弹发射引起了国际社会的广泛关注和强烈反应。" * 60
    assert "zh" not in ruled_out_languages("", japanese + chinese)
    assert "zh" in ruled_out_languages("", japanese * 8)
    assert language_of("", japanese + chinese, "zh") == "zh"
