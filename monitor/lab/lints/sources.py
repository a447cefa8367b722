"""Lints of sources: addresses that they may not reach, that show a token, or that get a secret; and that there are no
sources at all. No name is resolved for this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from monitor.config.language.secrets import AS_REFERENCE
from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Place, Source
from monitor.sources.http.guard import Network, explain_allowance, networks_for, refused_host


def lint_no_sources(sources: Mapping[str, Source], files_place: Place) -> Iterator[Lint]:
    """No sources, so that nothing is polled. `files_place`: where monitor.yaml names their files."""
    if not sources:
        problem, hint = "there are no sources: nothing is polled", "`news-monitor sources add URL` adds one"
        yield Lint(files_place, LintKind.NO_SOURCES, problem, hint, files_place)


def lint_private_addresses(
    sources: Mapping[str, Source],
    places: Mapping[str, Place],
    allowed_networks: Sequence[Network],
    allowed_for: Mapping[str, Sequence[Network]],
) -> Iterator[Lint]:
    """Sources whose address is written as a private IP address that they may not reach. `places`: the place of each
    source that is checked; `allowed_networks`: of `network.allow`, those for all sources; `allowed_for`: by source id,
    those for it."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is None:  # it is not checked
            continue
        networks = networks_for(id_, allowed_networks, allowed_for)
        for key, url in (("url", source.url), ("sitemap", source.sitemap), ("proxy", source.proxy)):
            host = (urlsplit(url).hostname or "") if url else ""
            if address := refused_host(host, networks):
                problem = f"{host}, the {key} of {id_}, is a private or special address, which sources must not reach"
                yield Lint(place, LintKind.PRIVATE_ADDRESS, problem, explain_allowance(address, id_), place)


def lint_open_credentials(sources: Mapping[str, Source], places: Mapping[str, Place]) -> Iterator[Lint]:
    """Sources whose address has a token or a password in plain text: whoever gets the file can read it."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is not None and source.has_open_secret:
            problem = f"a token or a password is written openly in the url of {id_}"
            yield Lint(place, LintKind.OPEN_CREDENTIAL, problem, AS_REFERENCE, place)


def lint_sent_credentials(sources: Mapping[str, Source], places: Mapping[str, Place]) -> Iterator[Lint]:
    """Sources whose address or proxy names a secret: nothing in a file says whether its user or a stranger wrote it."""
    for id_, place in places.items():
        for reference, host in sources[id_].references:
            hint = (
                "if you did not write that, delete the source and change the secret; if you did, write "
                f"`# lint: ignore {LintKind.SENT_CREDENTIAL}` behind it"
            )
            yield Lint(place, LintKind.SENT_CREDENTIAL, f"{id_} sends the secret {reference} to {host}", hint, place)
