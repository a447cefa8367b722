"""The shipped rules, lists and entities, read once in a process: this takes most of a second, and several test files
need them already when their tests are collected."""

from __future__ import annotations

from functools import cache

from monitor.config.loading.load import load_rules
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder


@cache
def load_shipped() -> LoadedRules:
    """All of them. Tests share them, so nobody may change them."""
    return load_rules([find_shipped_folder() / "rules", find_shipped_entity_folder()])
