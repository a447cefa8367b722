"""What is worth sending, and for what reason; and when to try a delivery again. Pure."""
