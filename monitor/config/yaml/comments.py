"""Finds the comments of a YAML file, which its parser drops."""

from __future__ import annotations

from contextlib import suppress

import yaml


def list_comments(text: str) -> list[str]:
    """What is behind the last value of each line: its comment, if it has one. A `#` within a value is none. Behind a
    fault of YAML, whole lines."""
    lines = text.splitlines()
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.ScalarToken):
                first = token.start_mark.line + (token.style in {"|", ">"})  # a comment may follow such a sign
                for line in range(first, min(token.end_mark.line, len(lines))):
                    lines[line] = ""
                if token.end_mark.line < len(lines):
                    line, column = token.end_mark.line, token.end_mark.column
                    lines[line] = " " * column + lines[line][column:]
    return lines
