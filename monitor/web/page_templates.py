"""Fills the templates of pages: everything is escaped, and what nobody should see is removed.

A page needs nothing but itself: its style is inside, named by its hash in the policy, and the policy allows nothing
else, no script and no address.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from monitor.sanitize import sanitize_line

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(template: str, **values: object) -> str:
    """The page that a template makes of these values. Their text may be a stranger's."""
    return _open_environment().get_template(template).render(**values)


@cache
def content_policy() -> str:
    """The Content-Security-Policy of all pages."""
    digest = b64encode(hashlib.sha256(_read_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _open_environment() -> Environment:
    # A daemon whose pages nobody asks for does without them.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_sanitize_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(style=Markup(_read_style()), policy=content_policy())  # noqa: S704 - a file of ours
    return environment


def _sanitize_value(value: object) -> object:
    """Called with everything that a template prints, before it is escaped."""
    return sanitize_line(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def _read_style() -> str:
    return resources.files("monitor.web").joinpath("templates", "page.css").read_text(encoding="utf-8")
