"""deploy/compose.yaml, as far as it can be held without an engine: `python -m loadtests.composed` runs its services."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from compose_spec.compose_spec import PyCompose

from app.cli import cli
from app.settings import SECRET, Settings
from loadtests.composed.services import NAME, in_order
from loadtests.debian import program

DEPLOY = Path(__file__).parents[2] / "deploy"
AUXILIO = ("gateway-1", "gateway-2", "desk-1", "desk-2")


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return parsed


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def test_it_is_a_compose_file() -> None:
    PyCompose.from_dict(compose()).validate()


def test_a_file_that_is_none_is_refused() -> None:
    broken = compose()
    broken["services"]["desk-1"]["secrets"].append("nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        PyCompose.from_dict(broken).validate()


def test_nothing_of_it_stands_alone() -> None:
    assert set(AUXILIO) | {"front", "postgres-1", "postgres-2", "valkey"} <= set(services())
    started = in_order(services(), [name for name, one in services().items() if "profiles" not in one])
    assert started.index("postgres-2") < started.index("desk-1") < started.index("gateway-1") < started.index("front")


@pytest.mark.parametrize("name", AUXILIO)
def test_every_variable_is_a_setting_and_every_command_a_command(name: str) -> None:
    known = {f"AUXILIO_{field.upper()}" for field in Settings.model_fields}
    known |= {f"{field.upper()}_FILE" for field in SECRET}
    assert set(services()[name]["environment"]) <= known
    commands = typer.main.get_command(cli).commands  # type: ignore[attr-defined]
    (command,) = services()[name]["command"]
    assert command in commands


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "secrets"
    subprocess.run([DEPLOY / "make_secrets.sh", NAME, folder], check=True, capture_output=True)
    return folder


def test_no_password_stands_in_it_and_each_secret_used_is_made(secrets: Path) -> None:
    made = {f"secrets/{file.name}" for file in secrets.iterdir()}
    assert {secret["file"] for secret in compose()["secrets"].values()} == made
    text = (DEPLOY / "compose.yaml").read_text()
    assert not re.search(r"(?i)password(?!_file|__file)[^\n]*:\s*\S", text.replace("$$(cat /run/secrets/valkey)", ""))
    for name, service in services().items():
        used = set(re.findall(r"/run/secrets/([a-z_.]+)", yaml.safe_dump(service)))
        assert used <= set(service.get("secrets", ())), f"{name} reads what it is not given"


def test_the_secrets_are_made_once(secrets: Path) -> None:
    before = {file: file.read_bytes() for file in secrets.iterdir()}
    done = subprocess.run([DEPLOY / "make_secrets.sh", NAME, secrets], check=False, capture_output=True)
    assert done.returncode == 1
    assert {file: file.read_bytes() for file in secrets.iterdir()} == before


def test_every_file_mounted_is_there_and_every_volume_named() -> None:
    for service in services().values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in compose()["volumes"], volume
    for script in ("make_secrets.sh", "postgres/primary.sh", "postgres/standby.sh"):
        assert os.access(DEPLOY / script, os.X_OK), script


def test_each_stops_in_good_order_and_says_how_it_is() -> None:
    for name in AUXILIO:
        assert services()[name]["stop_grace_period"] == "20s", "ten seconds for each child, and some to spare"
    for name in ("front", "postgres-1", "postgres-2", "valkey"):
        assert services()[name]["healthcheck"]["test"], name
    assert "\nHEALTHCHECK " in (DEPLOY.parent / "Dockerfile").read_text(), "for those of our own image"


def test_the_front_takes_its_configuration(secrets: Path) -> None:
    told = {
        variable: value.replace("/run/secrets", str(secrets))
        .replace("gateway-1", "127.0.0.1")
        .replace("gateway-2", "127.0.0.2")
        for variable, value in services()["front"]["environment"].items()
    }  # names are looked up at once
    command = [program("haproxy", "haproxy"), "-c", "-f", str(DEPLOY / "haproxy" / "haproxy.cfg")]
    done = subprocess.run(command, env={**os.environ, **told}, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_units_are_units_of_systemd(tmp_path: Path) -> None:
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        here = tmp_path / unit.name
        here.write_text(unit.read_text().replace("/opt/auxilio/bin/auxilio", "/bin/true"))
        done = subprocess.run(
            [program("systemd-analyze", "systemd"), "verify", "--man=no", str(here)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), unit
