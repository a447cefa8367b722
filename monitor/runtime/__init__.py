"""What processes need: workers that can be killed, and the tuning of memory."""
