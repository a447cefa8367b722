"""The column types for what is shown as it was stored: links and headlines.

They are made safe when they come in (`monitor.sanitize`, `monitor.article_links`). What an earlier version stored may
not be, so it is made safe once more when it is read. Columns with offsets that count in them cannot have these types.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator

from monitor.article_links import sanitize_link
from monitor.sanitize import sanitize_line


class LinkText(TypeDecorator[str]):
    """The link of an article. One that may not be shown is read as None."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401
        """The link as it may be shown."""
        del dialect
        return None if value is None else sanitize_link(value)


class LineText(TypeDecorator[str]):
    """A headline of one line."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401
        """The line as it may be shown."""
        del dialect
        return None if value is None else sanitize_line(value)
