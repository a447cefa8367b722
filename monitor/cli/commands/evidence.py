"""`news-monitor evidence`: whether an evidence bundle is whole."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import json_option, print_json
from monitor.cli.paths import InputPath
from monitor.errors import InvalidRequest
from monitor.sanitize import sanitize_line
from monitor.services.evidence_bundle import BundleCheck, check_bundle
from monitor.wording.quantities import format_count

_SHA256 = re.compile("[0-9a-fA-F]{64}")
_INTEGRITY_ONLY = (
    "This shows that nothing was damaged. It does not show who made the bundle: compare the SHA-256 with the one that "
    "was noted when it was made (--hash)."
)


@click.group(cls=LazyGroup)
def evidence() -> None:
    """Evidence bundles, which `matches export --evidence` writes: verify."""


@evidence.command()
@json_option
@click.option("--hash", "noted", metavar="SHA256", help="The SHA-256 of the whole bundle, as noted when it was made.")
@click.argument("file", type=InputPath())
def verify(as_json: bool, noted: str | None, file: Path) -> None:
    """Check that no file of a bundle was altered since the bundle was made. This needs no config and no database.

    Without --hash, this only shows that nothing was damaged: whoever changes a file can write new sums.

    \b
    Examples:
      news-monitor evidence verify evidence.zip
      news-monitor evidence verify --hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 evidence.zip

    Exit code 1 if something was altered: each file is named.
    """
    if noted is not None and not _SHA256.fullmatch(noted):
        raise InvalidRequest(f"--hash {noted!a}: a SHA-256 has 64 hexadecimal digits")
    try:
        with file.open("rb") as opened:
            found = check_bundle(opened, noted)
    except OSError as error:
        raise InvalidRequest(f"{file}: {error.strerror or error}") from error
    if as_json:
        print_json({"file": str(file), "valid": not found.problems, **asdict(found)})
    else:
        _print_check(file, found, compared=noted is not None)
    raise SystemExit(1 if found.problems else 0)


def _print_check(file: Path, found: BundleCheck, *, compared: bool) -> None:
    for problem in found.problems:
        click.echo(f"{file}: {sanitize_line(problem)}", err=True)
    if found.problems:
        return
    made = f"made {sanitize_line(found.made_at or '')} by news-monitor {sanitize_line(found.version or '')}"
    click.echo(f"{file}: valid, {format_count(found.matches, 'match')}, {made}")
    click.echo(f"SHA-256 of the whole: {found.sha256}{', as it was noted' if compared else ''}")
    if not compared:
        click.echo(_INTEGRITY_ONLY)
