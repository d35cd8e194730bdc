"""Settings: taken from the environment and the file; what is wrong is refused by name."""

from pathlib import Path

import pytest

from app.settings import CONFIG_VARIABLE, SECRET, BadSettings, Settings, load_sectors, load_settings, variable_of


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "REDIS_URL",
        *(f"{variable_of((name,))}_FILE" for name in SECRET),
        *(f"AUXILIO_{n.upper()}" for n in Settings.model_fields),
        CONFIG_VARIABLE,
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUXILIO_PORT", "eighty"),
        ("AUXILIO_PORT", "65536"),
        ("AUXILIO_HOST", ""),
        ("AUXILIO_REGION", "South West"),
        ("AUXILIO_LOG_LEVEL", "loud"),
        ("AUXILIO_ORIGINS", "console.example.org"),
        ("AUXILIO_ORIGINS", '["x"'),
        ("AUXILIO_SHARED_NUMBERS", "520-555-0100"),
        ("DATABASE_URL", "mysql://root:secret@db/x"),
        ("REDIS_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://auxilio:Auxilio@db/auxilio"),
        ("DATABASE_URL", "postgresql://dispatch:dis%70atch@db/auxilio"),
        ("REDIS_URL", "redis://:changeme@valkey:6379/0"),
        ("AUXILIO_MQTT_URL", "mqtt://lora:mosquitto@broker"),
        ("DATABASE_URL_FILE", "/not/there"),
        ("AUXILIO_TRACE_URL", "grpc://secret@collector:4317"),
        ("AUXILIO_TRACE_RATIO", "0"),
        ("AUXILIO_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("AUXILIO_DATABASE_URL", "postgresql://db/x"),
        ("AUXILIO_PROT", "1"),
        ("AUXILIO_CONFIG", "missing.toml"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=rf"^{name}: ") as fault:
        load_settings()
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("text", ["prot = 1", 'port = "x"', "port = 1\nport = 2", "origins = 5"])
def test_a_wrong_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    monkeypatch.setenv(CONFIG_VARIABLE, "a.toml")
    with pytest.raises(BadSettings):
        load_settings()


def test_what_is_given_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "auxilio.toml").write_text('port = 1\nhost = "::1"\nregion = "file"\norigins = ["https://a.org"]')
    monkeypatch.setenv("AUXILIO_PORT", "2")
    monkeypatch.setenv("AUXILIO_ORIGINS", "https://b.org, https://c.org:8443")
    monkeypatch.setenv("REDIS_URL", "unix://:p@/run/valkey.sock")
    settings = load_settings(host="127.0.0.2", port=None)
    assert (settings.port, settings.host, settings.region) == (2, "127.0.0.2", "file")
    assert settings.origins == ("https://b.org", "https://c.org:8443")
    assert settings.redis_url == "unix://:p@/run/valkey.sock"


def test_regions_on_one_machine_share_no_file() -> None:
    one, other = (load_settings(region=region) for region in ("east", "west"))
    assert one.spool_path != other.spool_path
    assert one.known_keys_path != other.known_keys_path
    kept = [load_settings(region=region, spool_dir=Path("/var/spool/a")).spool_path for region in ("east", "west")]
    assert kept == [Path("/var/spool/a/east"), Path("/var/spool/a/west")]


def test_the_nine_southwest_sectors_are_the_default() -> None:
    sectors, rows = load_sectors(Settings())
    assert len(sectors) == len(rows) == 9


@pytest.mark.parametrize("text", ["", "sector = 5", '[[sector]]\nid = "tuc"', "not toml ["])
def test_a_wrong_sectors_file_is_refused_by_its_path(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(BadSettings, match=r"s\.toml"):
        load_sectors(Settings(sectors_file=tmp_path / "s.toml"))


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://auxilio:kX3v-w@db/auxilio\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "database"))
    assert load_settings().database_url == "postgresql://auxilio:kX3v-w@db/auxilio"
    monkeypatch.setenv("DATABASE_URL", "postgresql://auxilio:other@db/auxilio")
    with pytest.raises(BadSettings, match=r"^DATABASE_URL_FILE: DATABASE_URL is set as well"):
        load_settings()


def test_a_known_password_in_a_file_is_refused_and_not_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("redis://:password@valkey")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "redis"))
    with pytest.raises(BadSettings) as fault:
        load_settings()
    assert "valkey" not in str(fault.value)
