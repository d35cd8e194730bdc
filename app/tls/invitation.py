"""What a phone is shown before it trusts us: the QR code, and a plain page with the authority's certificate."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from io import StringIO
from typing import Final

import segno
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.tls.authority import Credentials

FILE: Final = "auxilio-authority.crt"
STYLE: Final = """
body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 36rem; padding: 0 1rem;
       color: #111; background: #fff; }
a.step { display: block; margin: 1rem 0; padding: 1rem; border-radius: .5rem; text-align: center; font-weight: 600;
         color: #fff; background: #0b4f8a; text-decoration: none; }
code { overflow-wrap: anywhere; }
"""
PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Auxilio on this phone</title>
<style>{style}</style>
<h1>Auxilio on this phone</h1>
<p>Do this once. Then the agent's app works here with location, without signal, and with the screen kept on.</p>
<h2>1. Compare</h2>
<p>The terminal in which Auxilio was started shows this fingerprint. If it differs, stop.</p>
<p><code>{fingerprint}</code></p>
<h2>2. Install the certificate</h2>
<a class="step" href="/{file}">Download the certificate</a>
<p><b>iPhone, iPad:</b> open Settings, <i>Profile Downloaded</i>, Install. Then General, About, <i>Certificate Trust
Settings</i>: switch it on.</p>
<p><b>Android:</b> open Settings, search for <i>CA certificate</i>, Install anyway, and choose the file just
downloaded.</p>
<p>It can vouch for this network only: private addresses, <code>.local</code> names and this machine.</p>
<h2>3. Open the app</h2>
<a class="step" href="{agent}">Open the agent's app</a>
<p>Then choose <i>Add to home screen</i> in the browser's menu.</p>
</html>
"""


def page_app(credentials: Credentials, agent_url: str) -> Starlette:
    """Return the little application that hands out the authority's certificate and nothing else."""
    page = PAGE.format(style=STYLE, fingerprint=credentials.fingerprint, file=FILE, agent=escape(agent_url))
    hashed = b64encode(sha256(STYLE.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{hashed}'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }

    async def show(_: Request) -> Response:
        return HTMLResponse(page, headers=headers)

    async def certificate(_: Request) -> Response:
        more = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        return Response(credentials.authority, headers=headers | more, media_type="application/x-x509-ca-cert")

    return Starlette(routes=[Route("/", show), Route(f"/{FILE}", certificate)])


def words(credentials: Credentials, page_url: str, agent_url: str) -> str:
    """Return what the terminal says: a QR code to the page, the addresses, the fingerprint to compare."""
    drawn = StringIO()
    segno.make(page_url, error="m").terminal(drawn, compact=True)
    return (
        f"{drawn.getvalue()}\n"
        f"Scan this with the phone, once: it leads to {page_url}, where the phone gets our certificate.\n"
        f"Its fingerprint (SHA-256): {credentials.fingerprint}\n"
        f"Then the agent's app is at   {agent_url}\n"
    )
