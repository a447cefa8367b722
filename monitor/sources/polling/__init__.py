"""A source polled: fetched, read in a worker, and what has left its feed looked for."""
