"""What every worker process has in its memory. The fork server loads it once (`runtime.workers.fork_server`); nobody
else imports it.

The processes share the pages until one writes to them. trafilatura is left out: few processes need it, and it takes
12 MiB.
"""

from monitor.notify import in_worker as notify_worker
from monitor.runtime.malloc_tuning import limit_arenas
from monitor.sources.polling import in_worker as polling_worker

limit_arenas()
polling_worker.preload_parsers()
notify_worker.load_plugins()
