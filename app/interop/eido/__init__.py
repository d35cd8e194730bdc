"""NENA EIDO-JSON 1.0 (STA-021): an incident as PSAPs hand it over. See docs/interop/eido.md."""
