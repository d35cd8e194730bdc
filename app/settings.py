"""Settings: from the environment and a documented file (docs/settings.md); what is wrong is refused, by name."""

import os
import tomllib
from ipaddress import IPv4Network, IPv6Network
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
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.passwords import with_own_password
from app.retention.rules import BACKUP_DAYS, DAYS, MONTH_DAYS, Rules
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


DatabaseUrl = Annotated[str, _with_scheme("postgresql", "postgres"), AfterValidator(with_own_password)]
RedisUrl = Annotated[str, _with_scheme("redis", "rediss", "unix"), AfterValidator(with_own_password)]
CotUrl = Annotated[str, _with_scheme("tcp", "tls")]
HttpUrl = Annotated[str, _with_scheme("http", "https")]
MqttUrl = Annotated[str, _with_scheme("mqtt", "mqtts"), AfterValidator(with_own_password)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, Field(pattern=r"^https?://[^/?#]+$")]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)]
Number = Annotated[str, Field(pattern=r"^[0-9]{7,15}$")]
Numbers = Annotated[tuple[Number, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]
RoleOf = Annotated[str, Field(pattern=r"^.+=(dispatcher|supervisor|administrator|auditor)$")]
SectorOf = Annotated[str, Field(pattern=r"^.+=[A-Z0-9]{1,8}$")]
Days = Annotated[int, Field(ge=1, le=36_600, validate_default=True)]
NOT_PREFIXED: Final = ("database_url", "migrate_database_url", "redis_url")
# These hold passwords: each may stand in a file that NAME_FILE names.
SECRET: Final = ("database_url", "migrate_database_url", "redis_url", "mqtt_url")


class Settings(BaseSettings):
    """What an operator may set. Names in the environment carry the prefix AUXILIO_, the two URLs do not."""

    model_config = SettingsConfigDict(env_prefix="AUXILIO_", extra="forbid", frozen=True)

    database_url: DatabaseUrl | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    migrate_database_url: DatabaseUrl | None = Field(
        None, validation_alias=AliasChoices("MIGRATE_DATABASE_URL", "migrate_database_url")
    )
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
    trusted_proxies: Networks = ()
    shared_numbers: Numbers = ()
    public_url: HttpUrl | None = None
    url_keys: bool = False
    device_token_s: Annotated[float, Field(ge=2, le=300)] = 300.0
    tiles_dir: DirectoryPath | None = None
    tls: bool = False
    authority_port: Annotated[int, Field(ge=0, le=65535)] = 8910
    demo_cast: Path | None = None
    tower_heartbeat_s: Annotated[int, Field(ge=1, le=31 * 86_400)] = 3_600
    flood_calls_per_min: Annotated[int, Field(ge=1, le=100_000)] = 120
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
    watched: bool = True
    blocked_s: Annotated[float, Field(ge=1.0, le=60.0)] = 5.0
    linger_s: Annotated[float, Field(ge=0.0, le=4.0)] = 0.0
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    log_format: Annotated[str, Field(pattern=r"^(text|json)$")] | None = None
    trace_url: HttpUrl | None = None
    trace_ratio: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    second_factor: bool = True
    idle_s: Annotated[float, Field(gt=0)] = 1_800.0
    session_s: Annotated[float, Field(gt=0, le=31 * 86_400)] = 50_400.0
    proof_s: Annotated[float, Field(gt=0)] = 600.0
    floor_networks: Networks = ()
    password_kib: Annotated[int, Field(ge=8, le=4_194_304)] = 65_536
    oidc_issuer: HttpUrl | None = None
    oidc_client_id: str | None = None
    oidc_secret_file: Path | None = None
    oidc_name: Annotated[str, Field(min_length=1, max_length=60)] = "the agency's account"
    oidc_claim: Annotated[str, Field(min_length=1)] = "groups"
    oidc_roles: Annotated[tuple[RoleOf, ...], NoDecode, BeforeValidator(_split)] = ()
    oidc_sectors: Annotated[tuple[SectorOf, ...], NoDecode, BeforeValidator(_split)] = ()
    backup_days: Annotated[int, Field(ge=1, le=366)] = BACKUP_DAYS
    keep_calls_days: Days = DAYS["call"]
    keep_raw_days: Days = DAYS["raw"]
    keep_notes_days: Days = DAYS["note"]
    keep_staff_days: Days = DAYS["staff"]
    keep_tracks_days: Days = 90
    heads_dir: Path | None = None
    number_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
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
        return (
            init_settings,
            env_settings,
            SecretFiles(settings_cls),
            TomlConfigSettingsSource(settings_cls, toml_file=file),
        )

    @property
    def listen_host(self) -> str:
        """The address to listen on: with TLS every one, as phones are elsewhere, unless one was chosen."""
        return "0.0.0.0" if self.tls and "host" not in self.model_fields_set else self.host  # noqa: S104

    @property
    def agency_id(self) -> str:
        """Under which name this service writes to others; `.invalid` until an operator sets one."""
        return self.agency or f"{self.region.replace('_', '-')}.auxilio.invalid"

    @property
    def rules(self) -> Rules:
        """How long what is personal is kept."""
        days = (self.keep_calls_days, self.keep_raw_days, self.keep_notes_days, self.keep_staff_days)
        return Rules(dict(zip(("call", "raw", "note", "staff"), days, strict=True)), self.backup_days)

    @field_validator("keep_calls_days", "keep_raw_days", "keep_notes_days", "keep_staff_days")
    @classmethod
    def _outlives_backups(cls, days: int, info: ValidationInfo) -> int:
        """Refuse what could not be kept to: an old backup would still open what is to be gone everywhere."""
        least = info.data.get("backup_days", BACKUP_DAYS) + MONTH_DAYS
        if days < least:
            raise ValueError(f"at least {least}: the days of a backup and a month")
        return days

    @property
    def keys_path(self) -> Path:
        """Where the sealing keys are: outside every database backup."""
        return self.key_file or self.data_dir / "keys.json"

    @property
    def spool_path(self) -> Path:
        """Where distress waits, sealed, while it cannot be recorded; each process has a folder of its own in it.

        One for each region: a process takes in what others left, and can open only what was sealed for its own.
        """
        return (self.spool_dir or self.data_dir / "spool") / self.region

    @property
    def known_keys_path(self) -> Path:
        """Where the hashes of the region's keys are kept for when the database is away."""
        return self.data_dir / f"known_keys-{self.region}"


def load_settings(**given: Any) -> Settings:
    """Read the settings. Raises BadSettings naming each wrong or unknown variable."""
    known = {variable_of((name,)) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    known |= {f"{variable_of((name,))}_FILE" for name in SECRET}
    unknown = sorted(name for name in os.environ if name.startswith("AUXILIO_") and name not in known)
    if unknown:
        raise BadSettings("\n".join(f"{name}: unknown setting" for name in unknown))
    file = os.environ.get(CONFIG_VARIABLE)
    if file is not None and not Path(file).is_file():
        raise BadSettings(f"{CONFIG_VARIABLE}: no file at {file}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{variable_of(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise BadSettings("\n".join(lines)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file or CONFIG_DEFAULT}: {error}") from None


def variable_of(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "settings"
    return name.upper() if name.isupper() or name in NOT_PREFIXED else f"AUXILIO_{name.upper()}"


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files, as container engines and systemd hand them out: DATABASE_URL_FILE=/run/secrets/database."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        variable = f"{variable_of((field_name,))}_FILE"
        path = os.environ.get(variable) if field_name in SECRET else None
        if path is None:
            return None, field_name, False
        if variable_of((field_name,)) in os.environ:
            raise BadSettings(f"{variable}: {variable_of((field_name,))} is set as well; keep one of them")
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeError) as error:
            raise BadSettings(f"{variable}: {path}: {getattr(error, 'strerror', 'not text')}") from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


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
