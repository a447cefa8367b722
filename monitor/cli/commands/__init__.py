"""The commands, a file for each: they parse what was typed, and print what comes back."""
