"""The demo's newsroom and the receivers of its alerts: real servers on loopback. `cli/commands/demo.py` wires them."""
