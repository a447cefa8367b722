"""Writes the keys of docs/reference.md again, from the shapes that read rules:   python -m docs.tools.rules_doc"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from monitor.config.generated.reference import ReferenceRow, ReferenceTable, build_reference_tables

PAGE = Path(__file__).parents[1] / "reference.md"
MARK = "<!-- tables -->\n"
_ALERT = (
    "`to` names routes of monitor.yaml (default: the default route); for the others see [above](#how-often-it-sends)."
)
_STARRED = {"one of these": "Exactly one", "at least one of these": "At least one"}
_Known = dict[tuple[str, str, str], str]


def page() -> str:
    """The page as it should be: what people wrote, and the keys."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    known: _Known = {}
    return f"{written}{MARK}{''.join(section(table, known) for table in build_reference_tables())}"


def section(table: ReferenceTable, known: _Known) -> str:
    """A heading, what the mapping is, and a line for each key. Keys that an earlier mapping explains are named only."""
    if table.name == "alert":
        return f"\n### alert\n\n{table.meaning} {_ALERT}\n"
    lines, repeated = "", dict[str, list[str]]()
    for row in table.rows:
        explained = known.setdefault((row.key, row.value.replace(" in near", ""), row.meaning), table.name)
        if explained == table.name:
            lines += line(row)
        else:
            repeated.setdefault(explained, []).append(f"`{row.key}`")
    needed = dict.fromkeys(_STARRED[row.requirement] for row in table.rows if row.requirement in _STARRED)
    says = "".join(f" {each} of the keys with * is needed." for each in needed if "xactly one" not in table.meaning)
    head = f"\n### {table.name}\n\n{table.meaning}{says}\n"
    body = f"\n{lines}" if lines else ""
    links = (f"{', '.join(keys)}: as in [{name}](#{name.replace(' ', '-')})" for name, keys in repeated.items())
    return head + body + (f"\n{'; '.join(links)}.\n" if repeated else "")


def line(row: ReferenceRow) -> str:
    about = "; ".join((*_conditions(row), row.value))
    star = "*" if row.requirement in _STARRED else ""
    plain = re.fullmatch(r"`?[a-z -]+`?(, `.*| or `.*)?", row.value) and "condition" not in row.value
    return f"- `{row.key}`{star} ({about}): {row.meaning}{'' if plain else f' `{row.example}`'}\n"


def _conditions(row: ReferenceRow) -> Iterator[str]:
    if row.requirement and row.requirement not in _STARRED:
        yield row.requirement if row.requirement == "required" else f"default {row.requirement}"
    if row.allowed_with:
        yield f"only with {', '.join(row.allowed_with)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
