"""Sources: from an address to a parsed document.

`fetch` asks a server (through `guard`, `politeness` and `decoder`), `feed` reads what came (through `charset` and
`html`). Nothing here knows what a rule, an article or the database is, or decides when a source is due.
"""
