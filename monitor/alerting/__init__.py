"""What is worth telling, and for what reason; and when to try a delivery again. Pure."""
