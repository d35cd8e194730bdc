"""The screens' own files: `/console`, `/agent` and what they load. Open to anybody: they hold no data, only code.

Whoever opens a page still has to sign in to see anything; what they type goes to the API, never into an address.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from app.assets import answer
from app.problems import Problem
from app.screens import AGENT, CONSOLE, Screens

router = APIRouter(include_in_schema=False)
READ: Final = ["GET", "HEAD"]
Name = Annotated[str, Path(max_length=256)]

# Nothing inline, nothing from elsewhere: a script that a caller's words smuggled in would not run, and a page cannot
# tell anybody outside anything.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
USED: Final = (
    "accelerometer", "autoplay", "clipboard-write", "fullscreen", "geolocation", "gyroscope", "magnetometer",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "window-management",
)  # fmt: skip
UNUSED: Final = (
    "camera", "display-capture", "hid", "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
PERMISSIONS: Final = ", ".join([*(f"{name}=(self)" for name in USED), *(f"{name}=()" for name in UNUSED)])
PAGE_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_BUILT: Final = """Auxilio's screens are not built.

The service itself runs, and its API answers. To build the screens, in the source folder:

    make screens

A release has them in its package. This page looks again each time it is loaded.
"""


@router.api_route("/", methods=READ)
async def home() -> Response:
    """Lead to the console."""
    return RedirectResponse("/console", 307)


@router.api_route("/console", methods=READ)
@router.api_route("/console/{view:path}", methods=READ)
async def console(request: Request) -> Response:
    """Return the dispatcher's console; what stands behind `/console/` is the page's own business."""
    return await _page(request, CONSOLE)


@router.api_route("/agent/{name}", methods=READ)
async def agent_file(request: Request, name: Name) -> Response:
    """Return the service worker or the manifest, which may live beside the page they are for; else the page."""
    if is_worker(name) or name.endswith(".webmanifest"):
        return await _file(request, name)
    return await _page(request, AGENT)


@router.api_route("/agent", methods=READ)
@router.api_route("/agent/{view:path}", methods=READ)
async def agent(request: Request) -> Response:
    """Return the agent's app."""
    return await _page(request, AGENT)


@router.api_route("/web/{name:path}", methods=READ)
async def file(request: Request, name: Name) -> Response:
    """Return a file of the build."""
    if name in (CONSOLE, AGENT):
        raise Problem(404, "not_found", "no such file")  # a page has one address only
    return await _file(request, name)


def is_worker(name: str) -> bool:
    """Whether this is a service worker, which may rule over the agent's app only."""
    return name == "sw.js" or ("/" not in name and name.endswith("-sw.js"))


def screens_of(request: Request) -> Screens:
    screens: Screens = request.app.state.screens
    return screens


async def _page(request: Request, name: str) -> Response:
    asset = await screens_of(request).find(name)
    if asset is None:
        return Response(NOT_BUILT, 503, media_type="text/plain; charset=utf-8")
    return answer(request, asset, PAGE_HEADERS)


async def _file(request: Request, name: str) -> Response:
    screens = screens_of(request)
    asset = await screens.find(name)
    if asset is None:
        if not screens.is_built():
            raise Problem(503, "not_built", "the screens are not built; run `make screens`")
        raise Problem(404, "not_found", "no such file")
    more = {"Service-Worker-Allowed": "/agent"} if is_worker(name) else {}
    return answer(request, asset, PAGE_HEADERS | more)
