"""deploy/compose.yaml without a container engine: each service's own command, on a host of its own, then broken.

A host is a network namespace with the file's names in its hosts file; images give way to the programs of this machine
(HAProxy, PostgreSQL, Valkey, this source tree), and what an image adds of its own is done in its place by `services`.
"""
