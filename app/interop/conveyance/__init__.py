"""EIDO conveyance (NENA STA-024): a partner follows incidents over a websocket. See docs/interop/conveyance.md."""
