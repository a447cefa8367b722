"""All that relies on the inside of Apprise: what it logs, what its plug-ins are made of, and how it sends mail.

No other module does. This was written for Apprise 2.3; tests/unit/notify/test_apprise_compat.py says what to look at
when a newer one has changed.
"""
