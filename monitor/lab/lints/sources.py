"""Lints of sources: addresses that they may not reach, and that there are no sources at all. No name is resolved for
this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from urllib.parse import urlsplit

from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Place, Source
from monitor.sources.http.guard import Network, refused_host


def lint_no_sources(sources: Mapping[str, Source], files_place: Place) -> Iterator[Lint]:
    """No sources, so that nothing is polled. `files_place`: where monitor.yaml names their files."""
    if not sources:
        problem, hint = "there are no sources: nothing is polled", "`news-monitor sources add URL` adds one"
        yield Lint(files_place, LintKind.NO_SOURCES, problem, hint, files_place)


def lint_private_addresses(
    sources: Mapping[str, Source], places: Mapping[str, Place], allowed_networks: Sequence[Network]
) -> Iterator[Lint]:
    """Sources whose address is written as a private IP address that `network.allow` does not contain. `places`: the
    place of each source that is checked."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is None:  # it is not checked
            continue
        for key, url in (("url", source.url), ("sitemap", source.sitemap), ("proxy", source.proxy)):
            host = (urlsplit(url).hostname or "") if url else ""
            if address := refused_host(host, allowed_networks):
                problem = f"{host}, the {key} of {id_}, is a private or special address, which it may not reach"
                hint = f"if it is meant, write `network: {{allow: ['{ip_network(address)}']}}` in monitor.yaml"
                yield Lint(place, LintKind.PRIVATE_ADDRESS, problem, hint, place)
