"""What the service carries: a crowd at once, ten thousand idle sockets and their return, a ledger of ten million."""
