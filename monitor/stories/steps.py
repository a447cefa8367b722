"""Words by which a title says that something of the same kind happens again, or that what went on is over. Pure.

"Fires missile" and "fires another missile" differ by one small word, as do "declares outbreak" and "declares end of
outbreak". The words are a closed class in each language; a star at the end stands for all endings.
"""

from __future__ import annotations

import re
from enum import StrEnum

from monitor.text.folding import fold
from monitor.text.record import record_of


class Step(StrEnum):
    """What a title says about the course of things."""

    AGAIN = "again"
    OVER = "over"


_WORDS = {
    Step.AGAIN: """another again anew|또 또다시 재차 다시 연이어|再次 再度 再射 又|再び 再度 また|снова вновь опять очередн* повторн* еще|
        erneut wieder weitere* nochmals|nouveau nouvelle encore|nuevamente otra otro|ponownie znowu znow kolejn*|знову вкотре|
        nuovamente ancora|novamente outra outro""",
    Step.OVER: """end ends ended ending over lift lifts lifted cancel* suspend* halt* resume* conclude* finish* "called off"|
        종료* 해제* 중단* 취소* 종식* 재개* 마무리|结束 結束 解除 终止 終止 取消 暂停 暫停 恢复 恢復 落幕 闭幕 閉幕|
        終了 終息 解除 中止 取りやめ 再開 閉幕|заверш* законч* оконч* конец прекращ* прекрат* отмен* снял* снят* приостан* возобнов*|
        ende* beend* aufgehoben abgesagt ausgesetzt|fin termine* levee annule* suspend* reprend*|fin termina* levanta* cancela*
        suspende* reanuda*|koniec konczy* zakonczy* odwola* zawies* wznaw* wznow*|закінч* заверш* припин* скас* віднов*|
        fine conclude* sospende* annulla* riprende|fim encerra* suspende* cancela* retoma*""",
}
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def _pattern(words: str) -> re.Pattern[str]:
    forms = []
    for word in re.findall(r'"[^"]+"|[^\s|]+', fold(words)):
        plain = re.escape(word.strip('"').rstrip("*"))
        open_end = word.endswith("*") or "가" <= word[0] <= "힣"
        forms.append(plain if _UNSPACED.match(word) else rf"\b{plain}" + ("" if open_end else r"\b"))
    return re.compile("|".join(forms))


_PATTERNS = {step: _pattern(words) for step, words in _WORDS.items()}


def steps_in(title: str) -> frozenset[Step]:
    """What a title says about the course of things."""
    folded = fold(record_of(title))
    return frozenset(step for step, pattern in _PATTERNS.items() if pattern.search(folded))
