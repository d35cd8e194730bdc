"""HTTPS for the phones: they give location, service worker and wake lock to no page that came without it."""
