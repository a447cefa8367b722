"""Finds words that make a report another step: a further happening of the same kind, or its end. Pure.

"Declares outbreak" and "declares end of outbreak" differ by a small word, and so do "fires missile" and "fires new
missile". The words are a closed class in each language; a star at the end stands for any ending.
"""

from __future__ import annotations

import re

from monitor.text.folding import fold
from monitor.text.record import normalize_text

_FURTHER = """
new fresh more further additional extra yet 새 새로운 신규 추가 또 新 另 追加 又 再 別の 次の 新た* нов* еще также
друг* дополнит* следующ* neu* weiter* zusatzlich* nouv* supplementair* nuev* mas adicional* now* dodatkow* nastepn*
нов* додатков* nuov* ulterior* nov* mais adicional
"""
_OVER = """
end ends ended ending over lift lifts lifted cancel* suspend* halt* resume* conclude* finish* "called off" 종료* 해제*
중단* 취소* 종식* 재개* 마무리 结束 結束 解除 终止 終止 取消 暂停 暫停 恢复 恢復 落幕 闭幕 閉幕 終了 終息 中止
取りやめ 再開 заверш* законч* оконч* конец прекращ* прекрат* отмен* снял* снят* приостан* возобнов* ende* beend*
aufgehoben abgesagt ausgesetzt fin termine* levee annule* suspend* reprend* fin termina* levanta* cancela* suspende*
reanuda* koniec konczy* zakonczy* odwola* zawies* wznaw* wznow* закінч* припин* скас* віднов* fine conclude* sospende*
annulla* riprende fim encerra* retoma*
"""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and Han


def pattern_of(words: str) -> re.Pattern[str]:
    """A pattern for words with spaces between them. In Hangul any ending may follow, because particles are attached."""
    forms = []
    for word in re.findall(r'"[^"]+"|\S+', fold(words)):
        escaped = re.escape(word.strip('"').rstrip("*"))
        any_ending = word.endswith("*") or "가" <= word[0] <= "힣"
        forms.append(escaped if _UNSPACED.match(word) else rf"\b{escaped}" + ("" if any_ending else r"\b"))
    return re.compile("|".join(forms))


_FURTHER_STEP, _LAST_STEP = pattern_of(_FURTHER), pattern_of(_OVER)


def has_step_words(text: str) -> bool:
    """Whether a text has words for a further or a last step. Capitalised words are names: New York, Neustadt."""
    without_names = " ".join(word for word in normalize_text(text).split() if not word[0].isupper())
    folded = fold(without_names)
    return _FURTHER_STEP.search(folded) is not None or _LAST_STEP.search(folded) is not None
