"""A command whose first argument is a list, as in `articles mark ARTICLE... RULE missed`.

Click fills the arguments from the last one. So if one is missing, it would say that the list is missing, whatever the
user left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from monitor.cli.usage_examples import find_example


class ListFirstCommand(click.Command):
    """`metavar` of its arguments: what people read of them. The last argument is a choice."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse them. The error of a missing argument says which one is missing, and has an example of the help."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            if not isinstance(error.param, click.Argument):
                raise
            missing = " and ".join(self._list_missing(ctx, given))
            raise click.UsageError(f"Missing: {missing}. For example: {find_example(ctx)}", ctx) from None

    def _list_missing(self, ctx: click.Context, given: list[str]) -> Iterator[str]:
        *others, choice = [param for param in self.get_params(ctx) if isinstance(param, click.Argument)]
        assert isinstance(choice.type, click.Choice)
        words = self._collect_words(ctx, given, [*others, choice])
        has_choice = words[-1:] and words[-1] in choice.type.choices
        for argument in others[len(words) - bool(has_choice) :]:
            yield argument.make_metavar(ctx).removesuffix("...")
        if not has_choice:
            yield f"the word {' or '.join(choice.type.choices)}"

    def _collect_words(self, ctx: click.Context, given: list[str], arguments: Sequence[click.Argument]) -> list[str]:
        """The words that are no options, in their order."""
        values = [self.make_parser(ctx).parse_args(list(given))[0].get(str(each.name)) for each in arguments]
        lists = (value if isinstance(value, tuple | list) else [value] for value in values)
        return [word for words in lists for word in words if isinstance(word, str)]
