"""Tables, queries, the serial section and the outbox. The only place that knows a database.

`tables` (what is kept), `database` (engines, migrations), `section` (decide and commit, one at a time), `sources`
(who polls what), `outbox` (who sends what), `reports` (what people ask).
"""
