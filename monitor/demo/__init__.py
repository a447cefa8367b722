"""The demo's newsroom and the receivers of its alerts: real servers on loopback. It wires nothing: `cli/demo.py` does."""
