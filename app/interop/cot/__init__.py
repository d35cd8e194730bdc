"""Cursor-on-Target: Auxilio as a client of a TAK server. Incidents out as markers; teams' positions and alarms in."""
