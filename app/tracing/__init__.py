"""OpenTelemetry traces from a request to the sockets it reaches; off by default, and nothing of a person in them.

With tracing off a process is built of the plain classes and `Services.tracing` is None. With it on, a few of them are
replaced by the subclasses here, which do the same and tell how long it took. See docs/operations.md.
"""
