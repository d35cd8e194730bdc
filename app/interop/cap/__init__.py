"""OASIS CAP 1.2, alone, in EDXL-DE and in Atom: an alert that is distress is a call or an alert, any other a hazard."""
