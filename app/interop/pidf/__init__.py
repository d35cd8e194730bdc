"""PIDF-LO (RFC 4119, 5139, 5491, 6848, 7459): where somebody is. See docs/interop/pidf-lo.md."""
