"""Cuts a record into tokens, by script.

A token is one Han or kana or Thai character (these scripts put no spaces between words), a run of Hangul (a word with
its particles), or a run of other letters and digits. Hangul is cut from what touches it, so that THAAD is found in
"THAAD를". There is no dictionary: a segmenter makes 弹道导弹 one word and then misses 导弹.
"""

from __future__ import annotations

import re

# U+30FB, the dot between the parts of foreign names in Japanese, is left out: it separates.
UNSPACED = (
    "\u3005\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f\u0e00-\u0e7f"
)
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7ff"

TOKEN = re.compile(rf"[{UNSPACED}]|[{HANGUL}]+|[^\W_{UNSPACED}{HANGUL}]+")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
KANA = re.compile("[\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff]")

_UNSPACED_ONE = re.compile(f"[{UNSPACED}]")
_HANGUL_END = re.compile(f"[{HANGUL}]$")


def is_unspaced(token: str) -> bool:
    """Whether the token is a character of a script that puts no spaces between words."""
    return _UNSPACED_ONE.match(token) is not None


def takes_particles(token: str) -> bool:
    """Whether Korean particles may follow the token within its word."""
    return _HANGUL_END.search(token) is not None
