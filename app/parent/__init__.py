"""The parent process: it owns the listening socket and the embedded servers, and watches whoever serves."""
