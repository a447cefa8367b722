"""Pages for a browser and feeds for a reader: the report, the status and the alerts. They hold no script."""
