"""The reference pages name everything there is."""

import re
import tomllib
from pathlib import Path

import pytest

from app.administration import UNIT_COLUMNS
from app.http import openapi
from app.settings import CONFIG_VARIABLE, NOT_PREFIXED, Settings, load_settings
from geo.registry_rows import COLUMNS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def variables() -> set[str]:
    return {n.upper() if n in NOT_PREFIXED else f"AUXILIO_{n.upper()}" for n in Settings.model_fields} | {
        CONFIG_VARIABLE
    }


def test_the_settings_page_names_every_setting_and_no_other() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert named == variables()


def test_the_settings_page_s_file_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    written = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]
    file = tmp_path / "auxilio.toml"
    file.write_text(written)
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    settings = load_settings()
    assert tomllib.loads(written)["host"] == settings.host
    assert settings.shared_numbers == ("5205550100",)


def test_the_settings_page_shows_the_columns_of_both_files() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert ",".join(UNIT_COLUMNS) in text
    assert ",".join(COLUMNS) in text


def test_the_api_page_has_a_line_for_every_route() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("curl ")]
    for path, item in openapi()["paths"].items():
        pattern = re.sub(r"\\\{[a-z_]+\\\}", '[^/"]+', re.escape(path))
        for method in item:
            verb = "" if method == "get" else f"-X {method.upper()} "
            assert any(re.search(f'curl -s {verb}"\\$AUXILIO{pattern}"', line) for line in lines), (method, path)
