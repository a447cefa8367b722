"""Writes the tables of docs/reference.md again, from the shapes that read rules:   python -m tests.rules_doc"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.config.generated.reference import ReferenceRow, ReferenceTable, build_reference_tables

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
MARK = "<!-- tables -->\n"
_Known = dict[tuple[str, str, str], str]


def page() -> str:
    """The page as it should be: what people wrote, and the tables."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    known: _Known = {}
    return f"{written}{MARK}{''.join(section(table, known) for table in build_reference_tables())}"


def section(table: ReferenceTable, known: _Known) -> str:
    """A heading, what the mapping is, and a row for each key. Keys that an earlier table explains are named only."""
    lines, repeated = "", dict[str, list[str]]()
    for row in table.rows:
        explained = known.setdefault((row.key, row.value.replace(" in near", ""), row.meaning), table.name)
        if explained == table.name:
            lines += line(row)
        else:
            repeated.setdefault(explained, []).append(f"`{row.key}`")
    head = f"\n### {table.name}\n\n{table.meaning}\n"
    body = f"\n| key | value | meaning |\n|---|---|---|\n{lines}" if lines else ""
    links = (f"{', '.join(keys)}: as in [{name}](#{name.replace(' ', '-')})" for name, keys in repeated.items())
    return head + body + (f"\n{'; '.join(links)}.\n" if repeated else "")


def line(row: ReferenceRow) -> str:
    key = "; ".join((f"`{row.key}`", *_conditions(row)))
    cells = (key, row.value, f"{row.meaning} `{row.example}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _conditions(row: ReferenceRow) -> Iterator[str]:
    if row.requirement:
        plain = row.requirement in {"required", "one of these", "at least one of these"}
        yield row.requirement if plain else f"default {row.requirement}"
    if row.allowed_with:
        yield f"only with {', '.join(row.allowed_with)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
