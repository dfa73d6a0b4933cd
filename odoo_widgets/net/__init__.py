"""The only outgoing I/O. This room moves bytes and waits; what they mean is decided in `flow`."""
