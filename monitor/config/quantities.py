"""What a rule asks of a number: what it counts or measures, and its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor import model
from monitor.config.shape import Shape, refusal
from monitor.text.numbers import COUNTABLE

Bound = Annotated[float, Field(allow_inf_nan=False)]
if TYPE_CHECKING:
    Counted = str
else:
    Counted = Literal[tuple(COUNTABLE)]


class NumberShape(Shape):
    """A number in the article, by what it counts or measures."""

    called: ClassVar[str] = "number"

    of: Counted = Field(description="What the number counts or measures.", examples=["magnitude"])
    at_least: Bound | None = Field(None, description="The number is this, or greater.", examples=[6])
    more_than: Bound | None = Field(None, description="The number is greater than this.", examples=[100])
    below: Bound | None = Field(None, description="The number is less than this.", examples=[4.5])
    at_most: Bound | None = Field(None, description="The number is this, or less.", examples=[50])

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        for low, high in (("at_least", "more_than"), ("at_most", "below")):
            if getattr(self, low) is not None and getattr(self, high) is not None:
                raise refusal(f"{low} and {high} stand together", "keep one of them", (high,))
        least = max(bound for bound in (self.at_least, self.more_than, float("-inf")) if bound is not None)
        most = min(bound for bound in (self.at_most, self.below, float("inf")) if bound is not None)
        if least > most or (least == most and (self.more_than is not None or self.below is not None)):
            raise refusal("no number lies between these bounds", "the lower one must be less than the upper one")
        return self


def number(shape: NumberShape) -> model.NumberNamed:
    """The condition that the shape writes down."""
    return model.NumberNamed(shape.of, shape.at_least, shape.more_than, shape.below, shape.at_most)
