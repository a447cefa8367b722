"""What is written of polls and decisions, in one commit."""
