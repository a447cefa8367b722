"""Which titles say that they report a further one, or that it is over."""

from __future__ import annotations

import pytest

from monitor.stories.steps import has_step_words


@pytest.mark.parametrize(
    ("said", "further", "over"),
    [
        ("ministry declares outbreak", False, False),
        ("ministry declares end of outbreak", False, True),
        ("strike called off", False, True),
        ("dockers suspend strike", False, True),
        ("new outbreak at a second farm", True, False),
        ("new talks end", True, True),
        ("새로운 확진", True, False),
        ("경보 해제", False, True),
        ("경보 해제됐다", False, True),  # Hangul writes its endings to a word
        ("警报解除", False, True),
        ("又发生一起爆炸", True, False),
        ("運航再開", True, True),
        ("捜索を終了", False, True),
        ("новый взрыв", True, False),
        ("режим чрезвычайной ситуации отменён", False, True),
        ("neue Explosion in Köln", True, False),
        ("streik beendet", False, True),
        ("nouvelle explosion à Lyon", True, False),
        ("fin de la grève", False, True),
        ("nueva explosión en Lima", True, False),
        ("termina la huelga", False, True),
        ("dodatkowe patrole", True, False),
        ("koniec strajku", False, True),
        # a part of another word says nothing
        ("newton hall opens", False, False),
        ("legend of the weekend", False, False),
        ("finland votes", False, False),
        ("final in Berlin", False, False),
        ("юбилей обновлён", False, False),
    ],
)
def test_steps(said: str, further: bool, over: bool) -> None:
    """In each language."""
    assert has_step_words(said) is (further or over)


@pytest.mark.parametrize("said", ["in New York", "in Neustadt", "в Новосибирске", "w Nowym Sączu"])
def test_a_name_is_no_step(said: str) -> None:
    """What is capitalised is a name."""
    assert not has_step_words(said)
