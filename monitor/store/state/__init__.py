"""The state that deciding needs, as it is stored: loaded by key, and written after it has changed."""
