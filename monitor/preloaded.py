"""What every worker process has in its memory: loaded once, by the fork server (`workers.share`), and by nobody else.

The pages are shared until a process writes to them. Python writes where it counts references, but no longer where it
looks for garbage, if all was frozen before. trafilatura is left out: few processes need it, and it takes 12 MiB.
"""

import gc

from monitor.allocator import be_thrifty
from monitor.notify import in_worker as notifying
from monitor.sources import in_worker as reading

be_thrifty()
reading.ready()
notifying.load()
gc.collect()
gc.freeze()
