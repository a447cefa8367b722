"""The kinds of file that users write. It imports nothing heavy, because the command line lists them in its help."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["config", "sources", "entity", "rule", "list", "extends"]
KINDS: tuple[Kind, ...] = get_args(Kind)
