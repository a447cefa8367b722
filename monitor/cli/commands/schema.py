"""`news-monitor schema`: the JSON Schema, for editors."""

from __future__ import annotations

import json

import click

from monitor.config.generated.schema import build_json_schema as schema_of
from monitor.config.language.file_kinds import KINDS, Kind


@click.command()
@click.argument("kind", type=click.Choice(KINDS), default="rule")
def schema(kind: Kind) -> None:
    """Print the JSON Schema of a kind of file (rule, if none is given).

    \b
    Example:
      news-monitor schema rule > rule.schema.json
    """
    click.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))
