"""What every worker process has in its memory. The fork server loads it once (`runtime.workers.preload_module`); nobody
else imports it.

The processes share the pages until one writes to them. Python writes to an object when it counts references, but the
garbage collector writes no longer if all objects were frozen before. trafilatura is left out: few processes need it,
and it takes 12 MiB.
"""

import gc

from monitor.notify import in_worker as notify_worker
from monitor.runtime.malloc_tuning import limit_arenas
from monitor.sources.polling import in_worker as polling_worker

limit_arenas()
polling_worker.preload_parsers()
notify_worker.load_plugins()
gc.collect()
gc.freeze()
