"""The garbage collector rests while rules are read, and has nothing to do with what they leave behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest

from monitor.config.loading.load import load_rules
from monitor.matching.live import compile_live
from monitor.runtime import gc_tuning
from monitor.runtime.gc_tuning import YOUNG_THRESHOLD, paused, relaxed

ROOT = Path(__file__).parents[3]
FAULTY = "rule: bad\nlevel: enormous\nmatch: {all: [{entity: nobody}, {words: {xx-: [a]}}]}\n---\n[\n"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


class Circle:
    """Garbage that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def circles() -> int:
    return sum(isinstance(each, Circle) for each in gc.get_objects())


def test_the_collector_rests_within_and_never_sees_what_was_made_there() -> None:
    """What was garbage before is not kept with it."""
    Circle()
    with paused():
        assert circles() == 0
        assert not gc.isenabled()
        kept = Circle()
    assert gc.isenabled()
    assert circles() == 0
    assert kept.itself is kept


def test_what_becomes_garbage_later_is_found_while_it_is_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has few rules may edit them all day; and thousands stay as they are."""
    with paused():
        kept = Circle()
    gone = ref(kept)
    del kept
    monkeypatch.setattr(gc_tuning, "MAX_SEARCHED", 0)
    with paused():
        assert gone() is not None
    monkeypatch.setattr(gc_tuning, "MAX_SEARCHED", 10**9)
    with paused():
        assert gone() is None


def test_the_collector_works_on_when_reading_has_failed() -> None:
    """A crash of one reload must not let the memory grow for ever."""
    with pytest.raises(ZeroDivisionError), paused():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_what_is_read_and_compiled_is_freed_without_the_collector(tmp_path: Path) -> None:
    """Rules, entities, lists, a compiled set, and the faults of a bad file: of an edit nothing is left behind."""
    (tmp_path / "bad.yaml").write_text(FAULTY)

    def edit() -> None:
        loaded = load_rules([ROOT / "rules", ROOT / "seeds" / "entities", tmp_path])
        assert loaded.rules
        assert loaded.faults
        compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)

    edit()  # what is made once, whenever it is asked for first
    gc.collect()
    gc.disable()
    try:
        edit()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_it_looks_seldom_and_finds_all_the_same() -> None:
    """As long as there is little that is new, garbage stays; then it goes."""
    relaxed()
    gc.collect()
    gone = ref(Circle())
    assert gone() is not None
    kept: list[list[int]] = [[] for _ in range(YOUNG_THRESHOLD - gc.get_count()[0] - 100)]
    assert gone() is not None
    kept += [[] for _ in range(200)]
    assert gone() is None
