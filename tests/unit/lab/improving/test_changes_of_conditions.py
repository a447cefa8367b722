"""A part of a condition is changed where it is, and nothing else."""

from __future__ import annotations

import pytest

from monitor.lab.improving.condition_changes import (
    add_term,
    change_part,
    ignore_inside,
    leave_out_parts,
    remove_term,
    strip_ignore,
)
from monitor.model import AllOf, AnyOf, Condition, Field, Ignore, Ignoring, In, ListNamed, Named, Near, Term, Words


def words(*texts: str) -> Words:
    return Words(tuple(Term(text, "en") for text in texts))


A, B, C = words("a"), words("b"), words("c")
NEW = Term("new", "en")


def test_a_part_is_found_through_what_wraps_it() -> None:
    """Names, fields and `ignore` have no number of their own."""
    tree = Named("all", AllOf((A, In(Field.TITLE, Near((B, C))))))
    changed = change_part(tree, (1, 0), lambda _: words("x"))
    assert changed == Named("all", AllOf((A, In(Field.TITLE, Near((words("x"), C))))))


@pytest.mark.parametrize(
    ("numbers", "left"), [({0}, Near((B, C))), ({0, 1}, C), ({0, 1, 2}, None)], ids=["two", "one", "none"]
)
def test_parts_are_left_out(numbers: set[int], left: Condition | None) -> None:
    """One that is left stands for the whole."""
    assert leave_out_parts(Near((A, B, C)), numbers) == left


def test_an_any_of_one_part_stays_one() -> None:
    """Else the positions of the next changes would lead elsewhere."""
    tree = AnyOf((Near((A, B)),))
    once = change_part(tree, (0, 0), lambda _: C)
    assert once == AnyOf((Near((C, B)),))
    assert change_part(tree, (0,), lambda _: None) is None


def test_a_word_comes_to_the_words_that_are_there() -> None:
    """It is read as they are: their `forms` and `case` are written once."""
    inflected = Words((Term("a", "ru", forms=True),))
    assert add_term(inflected, Term("b", "ru")) == Words((*inflected.terms, Term("b", "ru", forms=True)))
    assert add_term(AnyOf((ListNamed("l"), A)), NEW) == AnyOf((ListNamed("l"), words("a", "new")))


def test_a_word_comes_beside_a_list_with_the_same_ignore() -> None:
    """What is ignored of the list is ignored of the word too, as in the file."""
    ignore = Ignore((Term("old a", "en"),))
    assert add_term(ListNamed("l"), NEW) == AnyOf((ListNamed("l"), Words((NEW,))))
    changed = add_term(Named("n", Ignoring(ListNamed("l"), ignore)), NEW)
    assert changed == Named("n", AnyOf((Ignoring(ListNamed("l"), ignore), Ignoring(Words((NEW,)), ignore))))


def test_a_word_is_taken_out_and_the_last_one_takes_the_words_along() -> None:
    """A condition without words cannot be written."""
    assert remove_term(Named("n", words("a", "b")), Term("a", "en")) == Named("n", B)
    assert remove_term(A, Term("a", "en")) is None
    assert remove_term(A, Term("other", "en")) == A


def test_what_is_ignored_is_added_and_taken_away() -> None:
    """A second phrase comes to the first."""
    once = ignore_inside(Named("n", A), Term("old a", "en"))
    twice = ignore_inside(once, Term("a b", "en"))
    assert twice == Named("n", Ignoring(A, Ignore((Term("old a", "en"), Term("a b", "en")))))
    assert strip_ignore(twice) == Named("n", A)
