"""The screens' files over HTTP: what is open, headers, paths that lead nowhere; the demo's keys; the maps' tiles."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import Request
from httpx import ASGITransport

from app.demo.cast import Cast, keep_cast
from app.http import Headers, build_http
from app.routes.demo import is_from_here
from app.screens import Screens
from loadtests.rig import Engines, client
from tests.integration.stage import Stage, stage

ARCHIVE = bytes(range(256)) * 64
HIDDEN = "nobody may read this"


@pytest.fixture(scope="module")
def tiles(rig: Engines) -> Path:
    folder = rig.folder / "tiles"
    folder.mkdir()
    (folder / "border.pmtiles").write_bytes(ARCHIVE)
    (folder / "notes.txt").write_text(HIDDEN)
    (rig.folder / "secret.pmtiles").write_text(HIDDEN)
    return folder


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, tiles: Path) -> AsyncIterator[Stage]:
    cast = rig.folder / "cast.json"
    keep_cast(cast, Cast(1, {}, "", "aux_d", {"U1": "aux_u"}, "aux_y", "U1"))
    env = {"AUXILIO_TILES_DIR": str(tiles), "AUXILIO_DEMO_CAST": str(cast)}
    async with stage(rig, "screens", agents=1, **env) as running:
        yield running


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A small build, as Vite leaves it."""
    folder = tmp_path / "app" / "web" / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "console.html").write_text("<!doctype html><title>console</title>")
    (folder / "agent.html").write_text("<!doctype html><title>agent</title>")
    (folder / "assets" / "console-3f2a.js").write_text("const a = 1;\n" * 500)
    (folder / "sw.js").write_text("self.skipWaiting()")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / ".hidden").write_text(HIDDEN)
    (tmp_path / "app" / "secret.py").write_text(HIDDEN)
    (folder / "link.txt").symlink_to(tmp_path / "app" / "secret.py")
    return folder


@pytest_asyncio.fixture
async def web(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = build_http(None)
    app.state.screens = Screens(dist)
    async with httpx.AsyncClient(transport=ASGITransport(Headers(app)), base_url="http://127.0.0.1") as http:
        yield http


async def test_the_root_leads_to_the_console(web: httpx.AsyncClient) -> None:
    answer = await web.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/console")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/console", "console"),
        ("/console/", "console"),
        ("/console/incident/417", "console"),
        ("/agent", "agent"),
        ("/agent/", "agent"),
        ("/agent/phrases", "agent"),
        ("/agent/a/b", "agent"),
    ],
)
async def test_a_page_needs_no_key_keeps_out_everything_foreign_and_is_asked_about_each_time(
    web: httpx.AsyncClient, path: str, title: str
) -> None:
    answer = await web.get(path)
    assert f"<title>{title}</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
        "img-src": "'self' data: blob:", "worker-src": "'self'", "font-src": "'self'", "manifest-src": "'self'",
        "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
    }  # fmt: skip
    assert "geolocation=(self)" in answer.headers["permissions-policy"]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("cache-control") == ["no-cache"]
    again = await web.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_hashed_file_is_kept_for_ever_and_packed(web: httpx.AsyncClient) -> None:
    answer = await web.get("/web/assets/console-3f2a.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    plain = await web.get("/web/assets/console-3f2a.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text == "const a = 1;\n" * 500


@pytest.mark.parametrize("folder", ["web", "agent"])
async def test_the_service_worker_may_rule_over_the_agent_s_app_only(web: httpx.AsyncClient, folder: str) -> None:
    worker = await web.get(f"/{folder}/sw.js")
    assert worker.headers["service-worker-allowed"] == "/agent"
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    manifest = await web.get(f"/{folder}/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert "service-worker-allowed" not in manifest.headers


@pytest.mark.parametrize(
    "name",
    [
        "../secret.py", "%2e%2e/secret.py", "..%2fsecret.py", "assets/../../secret.py", "//etc/passwd",
        "%2fetc%2fpasswd", "..\\secret.py", ".hidden", "link.txt", "assets", "assets/", "nothing.js", "a%00.js",
        "console.html", "agent.html",
    ],
)  # fmt: skip
async def test_no_path_leads_out_of_the_build(web: httpx.AsyncClient, name: str) -> None:
    answer = await web.get(httpx.URL("http://127.0.0.1", raw_path=f"/web/{name}".encode()))
    assert answer.status_code == 404, name
    assert answer.headers["content-type"] == "application/problem+json"
    assert HIDDEN not in answer.text


@pytest.mark.parametrize("path", ["/console", "/agent", "/web/sw.js", "/"])
async def test_only_get_and_head_are_understood(web: httpx.AsyncClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await web.request(method, path)).status_code == 405


async def test_a_new_build_takes_the_place_of_the_old_one(web: httpx.AsyncClient, dist: Path) -> None:
    assert (await web.get("/web/assets/console-3f2a.js")).status_code == 200
    (dist / "assets" / "console-3f2a.js").unlink()
    (dist / "assets" / "console-77aa.js").write_text("const a = 2;")
    (dist / "console.html").write_text("<!doctype html><title>new</title>")
    assert "new" in (await web.get("/console")).text
    assert (await web.get("/web/assets/console-77aa.js")).status_code == 200
    assert (await web.get("/web/assets/console-3f2a.js")).status_code == 404


async def test_screens_that_are_not_built_say_so(tmp_path: Path) -> None:
    app = build_http(None)
    app.state.screens = Screens(tmp_path)
    async with httpx.AsyncClient(transport=ASGITransport(Headers(app)), base_url="http://127.0.0.1") as http:
        page = await http.get("/console")
        assert page.status_code == 503
        assert "make screens" in page.text
        problem = await http.get("/web/assets/x.js")
        assert (problem.status_code, problem.json()["code"]) == (503, "not_built")


async def test_head_says_what_get_would_without_sending_it(world: Stage) -> None:
    async with httpx.AsyncClient(base_url=world.service.url) as http:
        for path in ("/console", "/"):
            head, whole = await http.head(path), await http.get(path)
            assert head.content == b""
            assert head.status_code == whole.status_code
            assert head.headers["content-length"] == whole.headers["content-length"]


async def test_the_demo_s_keys_are_given_to_this_machine_alone(world: Stage) -> None:
    async with httpx.AsyncClient(base_url=world.service.url) as http:
        given = (await http.get("/v1/demo")).json()
        assert given == {"dispatcher": "aux_d", "psap": "aux_y", "your_unit": "U1", "agents": {"U1": "aux_u"}}
        port = world.service.port
        assert (await http.get("/v1/demo", headers={"Host": f"localhost:{port}"})).status_code == 200
        for headers in ({"Host": f"evil.example:{port}"}, {"X-Forwarded-For": "10.0.0.9"}, {"Host": "10.1.1.1"}):
            assert (await http.get("/v1/demo", headers=headers)).status_code == 404, headers


async def test_another_machine_is_not_this_one() -> None:
    def asks(address: str, host: str) -> bool:
        headers = [(b"host", host.encode())]
        return is_from_here(Request({"type": "http", "client": (address, 1), "headers": headers}))

    assert asks("127.0.0.1", "127.0.0.1:8911")
    assert asks("::1", "[::1]:8911")
    assert not asks("192.168.1.7", "127.0.0.1:8911")
    assert not asks("127.0.0.1", "")


async def test_outside_a_demo_there_is_no_such_route(rig: Engines) -> None:
    async with stage(rig, "no-demo", agents=1) as real, httpx.AsyncClient(base_url=real.service.url) as http:
        answer = await http.get("/v1/demo")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_tiles_are_read_in_ranges_with_a_key(world: Stage) -> None:
    url = "/v1/tiles/border.pmtiles"
    async with client(world.service, world.keys.dispatcher) as http:
        listed = (await http.get("/v1/tiles")).json()
        assert listed == {"archives": [{"name": "border.pmtiles", "url": url, "bytes": len(ARCHIVE)}]}
        part = await http.get(url, headers={"Range": "bytes=256-511"})
        assert (part.status_code, part.content) == (206, ARCHIVE[256:512])
        assert part.headers["content-range"] == f"bytes 256-511/{len(ARCHIVE)}"
        assert part.headers.get_list("cache-control") == ["private, max-age=86400"]
        assert (await http.get(url)).content == ARCHIVE
        assert (await http.get(url, headers={"Range": "bytes=99999-"})).status_code == 416
        for name in ("notes.txt", "..%2fsecret.pmtiles", "secret.pmtiles", "border.pmtiles%00", ".pmtiles"):
            answer = await http.get(httpx.URL(world.service.url, raw_path=f"/v1/tiles/{name}".encode()))
            assert answer.status_code == 404, name
    async with httpx.AsyncClient(base_url=world.service.url) as nobody:
        assert (await nobody.get(url, headers={"Range": "bytes=0-1"})).status_code == 401


async def test_a_raw_path_with_dots_is_not_served(world: Stage) -> None:
    """A client that does not tidy the path up by itself, as every browser does."""
    for path in ("/web/../http.py", "/web/assets/../../../settings.py", "/web/%2e%2e/%2e%2e/http.py"):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.service.port, family=socket.AF_INET)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        said = await reader.read()
        writer.close()
        assert said.split(b" ")[1] in (b"404", b"503"), path
        assert b"application/problem+json" in said
