"""Agents' devices: enrolled once with a code, then known by a key pair that never leaves them. See docs/devices.md."""
