"""PostgreSQL and Valkey run from Python wheels: nothing to install, supervised by this process."""
