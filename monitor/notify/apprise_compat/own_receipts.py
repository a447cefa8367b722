"""What plug-ins of ours have in common: they know themselves why an attempt failed."""

from __future__ import annotations

from monitor.model import Receipt
from monitor.notify.apprise_compat.log_receipts import UNCLEAR


class OwnReceipts:
    """A plug-in that knows the receipt of an attempt that Apprise calls failed. `is_verified`: a message that Apprise
    calls sent was accepted by a server. `server_words`: in which the server refused it."""

    failure: Receipt | None = None
    server_words = ""
    is_verified = True

    def receipt_of_failure(self) -> Receipt:
        """The receipt of an attempt that Apprise calls failed."""
        return self.failure or UNCLEAR
