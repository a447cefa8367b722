"""Entry -> article: identity, canonical address, dates; and when to poll next. Pure."""
