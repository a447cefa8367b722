"""A feed or a news sitemap; its format is recognised from the document."""

from __future__ import annotations

from typing import Final

from monitor.sources.kinds.source_kind import AnyKind, SourceKind

KIND: Final[AnyKind] = SourceKind(
    "feed",
    "RSS, Atom, JSON Feed or a news sitemap, recognised from the document (the default)",
    formats=frozenset({"rss", "atom", "rdf", "json", "json feed", "jsonfeed", "sitemap", "news sitemap", "xml"}),
)
