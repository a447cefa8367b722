"""The words for what was decided, in English: the only place that has them. Nothing is decided here."""
