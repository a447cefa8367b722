"""Troubles of the service itself, and the notices about them that are due for its operator. Pure."""
