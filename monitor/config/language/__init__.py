"""The language of the user's files: its schemas, and their way into the model."""
