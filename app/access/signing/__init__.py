"""Requests that prove themselves: signed over method, path and body, for some minutes, once. See docs/keys.md."""
