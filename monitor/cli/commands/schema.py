"""`news-monitor schema`: the JSON Schema, for editors."""

from __future__ import annotations

import json
from typing import Literal

import click

from monitor.config.generated.schema import build_json_schema as schema_of
from monitor.config.language.file_kinds import KINDS, Kind
from monitor.notify.renderers.webhook import build_webhook_schema


@click.command()
@click.argument("kind", type=click.Choice([*KINDS, "webhook"]), default="rule")
def schema(kind: Kind | Literal["webhook"]) -> None:
    """Print the JSON Schema of a kind of file (rule, if none is given), or of what a webhook gets.

    \b
    Examples:
      news-monitor schema rule > rule.schema.json
      news-monitor schema webhook > webhook.schema.json
    """
    schema = build_webhook_schema() if kind == "webhook" else schema_of(kind)
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
