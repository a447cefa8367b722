"""The database: tables, queries, the serial section and the queues. No other package knows SQL.

`engine`: connections of both kinds of database, tables, migrations. `state`: what a decision needs, loaded by key.
`commit`: the serial section, which decides and commits one pass at a time, and what it writes. `queues`: work that is
pending (polls, pages, deliveries). `queries`: what people ask. `lifecycle`: how stored data leaves or changes later.
"""
