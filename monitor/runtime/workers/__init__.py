"""Worker processes: what reads hostile input, or talks to servers, runs in them, and is killed at a deadline.

pool             the pools of workers, which the rest of the program calls
worker           one worker: its process, its calls, their deadlines
processes        starts and ends processes
fork_server      the small process that forks the others
serve            what runs inside a worker process
connection       the daemon's end of the socket to a worker
messages         the calls and replies between the two, as bytes
worker_output    what workers write to stdout and stderr, for the log

This is code of ours because pebble and multiprocessing unpickle what a worker sends (docs/decisions/057).
"""
