"""PIDF-LO (RFC 4119, 5139, 5491, 6848, 7459): where somebody is, as the 911 network carries it. docs/interop/pidf-lo.md."""
