"""`./dev unit`: the system service, run by systemd as process 1 of namespaces of its own."""
