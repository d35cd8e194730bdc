"""Where a phone is led with its code: an address, and the same as a QR code. The code stands in the fragment.

A browser keeps a fragment to itself: it is in no request, no log, no Referer.
"""

from io import BytesIO

import segno

AGENT_PATH = "/agent"


def enrolment_url(base: str, code: str) -> str:
    """Return the address that opens the agent's app and enrols the phone. `base` is the service's own address."""
    return f"{base.rstrip('/')}{AGENT_PATH}#enrol={code}"


def qr_svg(url: str) -> str:
    """Return a QR code as SVG, dark on light whatever the page's colours, because cameras want it so."""
    drawn = BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()
