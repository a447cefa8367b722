"""One document off the network: HTTP with bounds, and the guard against private networks."""
