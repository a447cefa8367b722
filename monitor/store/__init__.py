"""Tables, queries, the serial section and the outbox. The only place that knows a database.

`tables` (what is kept), `opening`, `database`, `sqlite`, `postgresql` (the two kinds, migrations), `section` with
`memory` and `writing` (decide and commit, one at a time), `claims` (who polls what), `outbox` (who sends what),
`daemons` (who works here), `observed` and `ages` (what may be a trouble), `reports` and `matches` (what people ask),
`retention` and `forgetting` (what goes), `thread` (how the event loop asks).
"""
