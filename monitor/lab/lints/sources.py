"""What of sources is no fault and will not work: addresses that they may not reach, and that there are none at all. No
name is resolved for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from urllib.parse import urlsplit

from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Place, Source
from monitor.sources.http.guard import Network, refused_host


def lint_no_sources(sources: Mapping[str, Source], named: Place) -> Iterator[Lint]:
    """That there is none, so that nothing will ever be polled. `named`: where monitor.yaml names their files."""
    if not sources:
        what, meant = "there are no sources: nothing is polled", "`news-monitor sources add URL` adds one"
        yield Lint(named, LintKind.NO_SOURCES, what, meant, named)


def lint_private_addresses(
    sources: Mapping[str, Source], places: Mapping[str, Place], allow: Sequence[Network]
) -> Iterator[Lint]:
    """Those whose address is a private one, written out, that `network.allow` does not name. `places`: where each
    stands."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is None:  # it is not asked about
            continue
        for key, url in (("url", source.url), ("sitemap", source.sitemap), ("proxy", source.proxy)):
            host = (urlsplit(url).hostname or "") if url else ""
            if address := refused_host(host, allow):
                what = f"{host}, the {key} of {id_}, is a private or special address, which it may not reach"
                meant = f"if it is meant, write `network: {{allow: ['{ip_network(address)}']}}` in monitor.yaml"
                yield Lint(place, LintKind.PRIVATE_ADDRESS, what, meant, place)
