"""What every worker process has in its memory: loaded once, by the fork server (`workers.share`), and by nobody else.

The pages are shared until a process writes to them. Python writes where it counts references, but no longer where it
looks for garbage, if all was frozen before. trafilatura is left out: few processes need it, and it takes 12 MiB.
"""

import gc

from monitor.notify import in_worker as notifying
from monitor.runtime.malloc_tuning import limit_arenas
from monitor.sources.polling import in_worker as reading

limit_arenas()
reading.preload_parsers()
notifying.load_plugins()
gc.collect()
gc.freeze()
