"""What the service tells its operator of itself: troubles, and the notices that are due. Pure."""
