"""Fetches documents over HTTP, with limits and a guard against private networks."""
