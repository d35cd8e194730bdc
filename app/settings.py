"""Settings: from the environment and a documented file (docs/settings.md); what is wrong is refused, by name."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    DirectoryPath,
    Field,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dispatch.entities import SectorRow
from dispatch.status import Mode
from geo.sign import IdFormat, Sector

CONFIG_VARIABLE: Final = "AUXILIO_CONFIG"
CONFIG_DEFAULT: Final = "auxilio.toml"


def default_data_dir() -> Path:
    """Return where the embedded servers and the keys live: the user's data folder (XDG)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "auxilio"


class BadSettings(Exception):
    """Settings that cannot be used; one line per fault, naming the variable."""


def _with_scheme(*schemes: str) -> AfterValidator:
    """Refuse a URL of another kind of server, without saying it: it holds a password."""

    def check(url: str) -> str:
        if url.partition("://")[0] not in schemes or "://" not in url:
            raise ValueError(f"begins with one of {', '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


def _split(value: Any) -> Any:
    """In the environment a list is written with commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


DatabaseUrl = Annotated[str, _with_scheme("postgresql", "postgres")]
RedisUrl = Annotated[str, _with_scheme("redis", "rediss", "unix")]
CotUrl = Annotated[str, _with_scheme("tcp", "tls")]
HttpUrl = Annotated[str, _with_scheme("http", "https")]
MqttUrl = Annotated[str, _with_scheme("mqtt", "mqtts")]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, Field(pattern=r"^https?://[^/?#]+$")]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)]
Number = Annotated[str, Field(pattern=r"^[0-9]{7,15}$")]
Numbers = Annotated[tuple[Number, ...], NoDecode, BeforeValidator(_split)]
NOT_PREFIXED: Final = ("database_url", "redis_url")


class Settings(BaseSettings):
    """What an operator may set. Names in the environment carry the prefix AUXILIO_, the two URLs do not."""

    model_config = SettingsConfigDict(env_prefix="AUXILIO_", extra="forbid", frozen=True)

    database_url: DatabaseUrl | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    redis_url: RedisUrl | None = Field(None, validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8911
    link_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    link_port: Annotated[int, Field(ge=0, le=65535)] = 0
    region: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")] = "southwest"
    data_dir: Path = Field(default_factory=default_data_dir)
    key_file: Path | None = None
    sectors_file: Path | None = None
    origins: Origins = ()
    allowed_hosts: Words = ("*",)
    shared_numbers: Numbers = ()
    tiles_dir: DirectoryPath | None = None
    tls: bool = False
    authority_port: Annotated[int, Field(ge=0, le=65535)] = 8910
    demo_cast: Path | None = None
    tower_heartbeat_s: Annotated[int, Field(ge=1, le=31 * 86_400)] = 3_600
    webhook_tries: Annotated[int, Field(ge=1, le=30)] = 12
    cot_url: CotUrl | None = None
    cot_ca_file: Path | None = None
    cot_cert_file: Path | None = None
    cot_key_file: Path | None = None
    cot_units: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^=]+=[^=]+$")], ...], NoDecode, BeforeValidator(_split)
    ] = ()
    nws_url: HttpUrl | None = None
    mqtt_url: MqttUrl | None = None
    mqtt_topics: Words = ("application/+/device/+/event/+", "v3/+/devices/+/#")
    location_hosts: Words = ()
    agency: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")] = None
    spool_dir: Path | None = None
    spool_mb: Annotated[int, Field(ge=1, le=1_048_576)] = 256
    spool_after_s: Annotated[float, Field(ge=0.1, le=2.0)] = 1.5
    log_level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - one file is enough
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = Path(os.environ.get(CONFIG_VARIABLE, CONFIG_DEFAULT))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @property
    def listen_host(self) -> str:
        """The address to listen on: with TLS every one, as phones are elsewhere, unless one was chosen."""
        return "0.0.0.0" if self.tls and "host" not in self.model_fields_set else self.host  # noqa: S104

    @property
    def agency_id(self) -> str:
        """Under which name this service writes to others; `.invalid` until an operator sets one."""
        return self.agency or f"{self.region.replace('_', '-')}.auxilio.invalid"

    @property
    def keys_path(self) -> Path:
        """Where the sealing keys are: outside every database backup."""
        return self.key_file or self.data_dir / "keys.json"

    @property
    def spool_path(self) -> Path:
        """Where distress waits, sealed, while it cannot be recorded; each process has a folder of its own in it."""
        return self.spool_dir or self.data_dir / "spool"

    @property
    def known_keys_path(self) -> Path:
        """Where the hashes of the keys are kept for when the database is away."""
        return self.data_dir / "known_keys"


def load_settings(**given: Any) -> Settings:
    """Read the settings. Raises BadSettings naming each wrong or unknown variable."""
    known = {_variable((name,)) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith("AUXILIO_") and name not in known)
    if unknown:
        raise BadSettings("\n".join(f"{name}: unknown setting" for name in unknown))
    file = os.environ.get(CONFIG_VARIABLE)
    if file is not None and not Path(file).is_file():
        raise BadSettings(f"{CONFIG_VARIABLE}: no file at {file}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise BadSettings("\n".join(lines)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file or CONFIG_DEFAULT}: {error}") from None


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "settings"
    return name.upper() if name.isupper() or name in NOT_PREFIXED else f"AUXILIO_{name.upper()}"


class _Format(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    prefix: str = Field(pattern=r"^[A-Z]{1,8}$")
    digits: int = Field(ge=1, le=8)
    check: bool = False


class _Sector(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[A-Z0-9]{1,8}$")
    name: str = Field(min_length=1, max_length=80)
    lends: bool = True
    mode: Mode = Mode.AUTO
    id_formats: tuple[_Format, ...] = Field(min_length=1)


class _Sectors(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    sector: tuple[_Sector, ...] = Field(min_length=1)


def load_sectors(settings: Settings) -> tuple[tuple[Sector, ...], tuple[SectorRow, ...]]:
    """Read the sectors, as the registry and as the board want them. Raises BadSettings."""
    path = settings.sectors_file or Path(__file__).with_name("sectors.toml")
    try:
        read = _Sectors.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"AUXILIO_SECTORS_FILE: {path}: {error}") from None
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors(include_input=False)]
        raise BadSettings("\n".join(lines)) from None
    sectors = tuple(
        Sector(s.id, s.name, tuple(IdFormat(f.prefix, f.digits, f.check) for f in s.id_formats), s.lends)
        for s in read.sector
    )
    return sectors, tuple(SectorRow(s.id, s.name, s.mode, s.lends) for s in read.sector)
