"""The field's languages: one small package or module per format, between foreign bytes and our own reports.

**In.** An adapter is a pure function `read_xxx(raw, ...) -> Reading` (`reading.py`): no network, no clock but `now` as
an argument, bounded in size, depth and time. It takes what can be read, names what could not be in `warnings` (field
and reason, never a value), and raises `Unusable` only when nothing usable is there. What it returns is our own report:
the fields of `POST /v1/calls`, `POST /v1/alerts` or a unit's position, with the kind (real, test, exercise) among them.
`intake.py` seals it with the raw bytes, resolves it and makes the desk's request; a route in `app/routes` submits that
by `app.routes.reports.record`. Nothing of a format leaks into `dispatch/`.

**Out.** `write_xxx(...)` is as pure: rows of the view in, bytes out, valid by the format's own schema (tests hold them
to it). It gets public rows only. A test or an exercise says that it is one. Incident type ALIEN is never written.

**XML** goes through `xml.py` and nowhere else: every DTD refused, no network, no entities, bounded depth and size.

`check.py` names every format for `auxilio interop check FILE`: a format adds one `Format` to its table.
Pages: docs/interop.md and docs/interop/<format>.md.
"""
