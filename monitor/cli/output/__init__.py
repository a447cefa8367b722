"""How commands print: tables, reports, and the last guard before a terminal."""
