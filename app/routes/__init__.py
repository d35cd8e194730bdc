"""The public HTTP: /v1. Distress is read leniently, everything else strictly."""
