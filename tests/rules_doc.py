"""Writes the tables of docs/rules.md anew, from the shapes that read rules:   python -m tests.rules_doc"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.config.generated.reference import ReferenceRow, ReferenceTable, build_reference_tables

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
MARK = "<!-- tables -->\n"


def page() -> str:
    """The page as it should be: what people wrote, and the tables."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    return f"{written}{MARK}{''.join(map(section, build_reference_tables()))}"


def section(table: ReferenceTable) -> str:
    """A heading, what the mapping is, and a row for each key."""
    head = (
        f"\n### {table.name}\n\n{table.meaning}\n\n| key | | value | meaning | for example |\n|---|---|---|---|---|\n"
    )
    return head + "".join(map(line, table.rows))


def line(row: ReferenceRow) -> str:
    cells = (f"`{row.key}`", "; ".join(_conditions(row)), row.value, row.meaning, f"`{row.example}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _conditions(row: ReferenceRow) -> Iterator[str]:
    if row.requirement:
        plain = row.requirement in {"required", "one of these", "at least one of these"}
        yield row.requirement if plain else f"default {row.requirement}"
    if row.allowed_with:
        yield f"only with {', '.join(row.allowed_with)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
