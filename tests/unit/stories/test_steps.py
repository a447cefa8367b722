"""Which titles say that they report a further one, or that it is over."""

from __future__ import annotations

import pytest

from monitor.stories.steps import steps_in


@pytest.mark.parametrize(
    ("title", "further", "over"),
    [
        ("Ministry declares outbreak", False, False),
        ("Ministry declares end of outbreak", False, True),
        ("Strike called off", False, True),
        ("Dockers suspend strike", False, True),
        ("New outbreak at a second farm", True, False),
        ("New talks end", True, True),
        ("새로운 확진", True, False),
        ("경보 해제", False, True),
        ("경보 해제됐다", False, True),  # Hangul writes its endings to a word
        ("警报解除", False, True),
        ("又发生一起爆炸", True, False),
        ("運航再開", True, True),
        ("捜索を終了", False, True),
        ("Новый взрыв", True, False),
        ("Режим чрезвычайной ситуации отменён", False, True),
        ("Neue Explosion in Köln", True, False),
        ("Streik beendet", False, True),
        ("Nouvelle explosion à Lyon", True, False),
        ("Fin de la grève", False, True),
        ("Nueva explosión en Lima", True, False),
        ("Termina la huelga", False, True),
        ("Dodatkowe patrole", True, False),
        ("Koniec strajku", False, True),
        # a part of another word says nothing
        ("Newton hall opens", False, False),
        ("Legend of the weekend", False, False),
        ("Finland votes", False, False),
        ("Final in Berlin", False, False),
        ("Юбилей обновлён", False, False),
    ],
)
def test_steps(title: str, further: bool, over: bool) -> None:
    """In each language, whatever its case."""
    assert steps_in(title) == steps_in(title.upper()) == (further, over)
