"""The language of the user's files: its schemas, and their conversion to the model."""
