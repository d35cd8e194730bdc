"""Load, measured: what the service does under it, and the synthetic border it is done on."""
