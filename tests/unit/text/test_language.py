from __future__ import annotations

import pytest

from monitor.text.language import ruled_out


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("北朝鮮が弾道ミサイルを発射した", {"zh"}),  # kana: not Chinese
        ("朝鲜发射导弹", set()),  # too short to say that it is not a Japanese headline
        ("朝鲜" * 30, {"ja"}),  # so much Han without kana is no Japanese
        ("优衣库の每日新闻发布了新的报道并引起广泛关注", set()),  # one の in Chinese: in doubt both run
        ("North Korea fired", set()),
        ("北, 탄도미사일 발사", set()),
    ],
)
def test_only_a_clear_text_rules_a_language_out(text: str, languages: set[str]) -> None:
    """In doubt the words of every language run: a wrong guess must not silence a rule."""
    assert ruled_out(text) == languages
