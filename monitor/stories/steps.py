"""Words by which a title says that something is over, called off or goes on again. Pure.

"Declares outbreak" and "declares end of outbreak" differ by one small word. The words are a closed class in each
language; a star at the end stands for all endings.
"""

from __future__ import annotations

import re

from monitor.text.folding import fold
from monitor.text.record import record_of

_OVER = """
end ends ended ending over lift lifts lifted cancel* suspend* halt* resume* conclude* finish* "called off"
종료* 해제* 중단* 취소* 종식* 재개* 마무리 结束 結束 解除 终止 終止 取消 暂停 暫停 恢复 恢復 落幕 闭幕 閉幕 終了 終息 中止
取りやめ 再開 заверш* законч* оконч* конец прекращ* прекрат* отмен* снял* снят* приостан* возобнов* ende* beend* aufgehoben
abgesagt ausgesetzt fin termine* levee annule* suspend* reprend* fin termina* levanta* cancela* suspende* reanuda* koniec
konczy* zakonczy* odwola* zawies* wznaw* wznow* закінч* припин* скас* віднов* fine conclude* sospende* annulla* riprende fim
encerra* retoma*
"""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def _pattern(words: str) -> re.Pattern[str]:
    forms = []
    for word in re.findall(r'"[^"]+"|\S+', fold(words)):
        plain = re.escape(word.strip('"').rstrip("*"))
        open_end = word.endswith("*") or "가" <= word[0] <= "힣"
        forms.append(plain if _UNSPACED.match(word) else rf"\b{plain}" + ("" if open_end else r"\b"))
    return re.compile("|".join(forms))


_IS_OVER = _pattern(_OVER)


def is_over(title: str) -> bool:
    """Whether a title says so."""
    return _IS_OVER.search(fold(record_of(title))) is not None
