"""Everything that waits: the desk, the ledger, the view, the stream, the routes and the command line."""
