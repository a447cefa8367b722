"""`./dev install-check`: every way to install it, by the commands of docs/install.md."""
