"""Sources: from an address to a parsed document.

`http` fetches documents, `formats` parses them, and `polling` polls a whole source with both. Nothing here knows rules
or the database, or decides when a source is due.
"""
