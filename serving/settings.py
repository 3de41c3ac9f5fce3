"""What the service is told: a TOML file, then environment variables ``DESKPILOT_*``."""

import logging
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.errors import ConfigError, MissingFileError

logger = logging.getLogger(__name__)

PREFIX = "DESKPILOT_"
MIN_KEY_LENGTH = 16
MOST_WORKERS = 4
_FOLDERS = {"champions": "champions", "reports": "reports", "policies": "clients", "plans": "plans"}


class Settings(BaseModel):
    """Settings of the service; every field has a default that works on a laptop.

    Parameters
    ----------
    host, port : str, int
        Loopback unless told otherwise.
    workers, threads : int
        Processes, one for each core but at most four by default, and model calls at a time in
        each: a second one runs while the first waits, more would only queue inside.
    state : Path
        Folder of what the service keeps: its secret, generated keys, the SQLite file.
    champions : Path
        Folder with the pointer to the models in force; ``<state>/champions`` by default.
    reports : Path
        Folder the night writes reports to; ``<state>/reports`` by default.
    policies : Path
        Folder with one YAML file per client; ``<state>/clients`` by default.
    plans : Path
        Folder the verb ``plan`` writes to; ``<state>/plans`` by default.
    database : str
        SQLAlchemy URL; an SQLite file in ``state`` by default.
    board : str
        SQLAlchemy URL of the shift board; without one shifts cannot be claimed here.
    client : str
        Whose generated key is printed first when no keys are configured.
    keys : dict of str to list of secret
        Keys per client, at least 16 characters each. Two keys let a client rotate them.
    report_readers : list of str
        Whose key opens the nightly report, which covers every client; nobody's unless named,
        but for a single client that is the only one with a key and with knowledge. An
        operator can have an entry of their own in ``keys``.
    rate_per_second, burst : float, int
        Token bucket per client, shared out evenly among the workers.
    max_body_bytes, max_text_characters, max_batch : int
        Larger bodies are refused; longer messages are cut before the models read them.
    refresh_seconds : float
        How often the pointer and the article edits of other processes are looked at.
    samples : bool
        Offer the sample tickets to the console.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    workers: int = Field(default_factory=lambda: min(_cores(), MOST_WORKERS), ge=1, le=64)
    threads: int = Field(default=2, ge=1, le=64)
    state: Path = Path(".deskpilot")
    champions: Path = Path()
    reports: Path = Path()
    policies: Path = Path()
    plans: Path = Path()
    database: str = ""
    board: str = ""
    client: str = "lumen"
    keys: dict[str, list[SecretStr]] = Field(default_factory=dict)
    report_readers: list[str] = Field(default_factory=list)
    rate_per_second: float = Field(default=500.0, gt=0)
    burst: int = Field(default=1000, ge=1)
    max_body_bytes: int = Field(default=1_048_576, ge=1024)
    max_text_characters: int = Field(default=20_000, ge=100)
    max_batch: int = Field(default=256, ge=1)
    refresh_seconds: float = Field(default=1.0, gt=0)
    samples: bool = True

    @model_validator(mode="before")
    @classmethod
    def _paths(cls, given: Any) -> Any:
        """Derive the paths from ``state`` and let one key stand for a list of one."""
        if not isinstance(given, Mapping):
            return given
        values = dict(given)
        state = _folder("state", values.get("state", ".deskpilot"))
        values["state"] = state
        for name, folder in _FOLDERS.items():
            values[name] = _folder(name, values.get(name) or state / folder)
        values["database"] = values.get("database") or f"sqlite:///{state / 'store.db'}"
        keys = values.get("keys", {})
        if isinstance(keys, Mapping):
            values["keys"] = {k: v if isinstance(v, list) else [v] for k, v in keys.items()}
        return values

    @model_validator(mode="after")
    def _databases_have_addresses(self) -> Self:
        for name in ("database", "board"):
            try:
                make_url(getattr(self, name) or "sqlite://")
            except (ArgumentError, ValueError):
                # What was given may hold a password.
                raise ValueError(f"'{name}' must be a URL that SQLAlchemy can read") from None
        return self

    @model_validator(mode="after")
    def _keys_are_long(self) -> Self:
        short = [c for c, keys in self.keys.items() if any(len(k) < MIN_KEY_LENGTH for k in keys)]
        if short:
            raise ValueError(
                f"the keys of {short} must have at least {MIN_KEY_LENGTH} characters; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        return self

    @model_validator(mode="after")
    def _keys_can_be_told_apart(self) -> Self:
        """Refuse what a worker would read otherwise: pairs are handed on as ``a:key,b:key``."""
        odd = [client for client in self.keys if not can_have_key(client)]
        if odd:
            raise ValueError(
                f"the clients {odd} must have names that can be printed, "
                "without colon, comma and outer spaces"
            )
        if any("," in key.get_secret_value() for keys in self.keys.values() for key in keys):
            raise ValueError("a key must have no comma")
        owners: dict[str, str] = {}
        for client, keys in self.keys.items():
            for key in keys:
                other = owners.setdefault(key.get_secret_value(), client)
                if other != client:
                    raise ValueError(f"the clients '{other}' and '{client}' have the same key")
        return self

    def environment(self) -> dict[str, str]:
        """Return the variables that give another process the same settings."""
        plain = self.model_dump(mode="json", exclude={"keys", "report_readers"})
        values = {f"{PREFIX}{name.upper()}": str(value) for name, value in plain.items()}
        values[f"{PREFIX}KEYS"] = ",".join(
            f"{client}:{key.get_secret_value()}"
            for client, keys in self.keys.items()
            for key in keys
        )
        values[f"{PREFIX}REPORT_READERS"] = ",".join(self.report_readers)
        return values


def can_have_key(client: str) -> bool:
    """Tell whether a client's name can be written in ``DESKPILOT_KEYS``."""
    named = client.strip() == client != "" and client.isprintable()
    return named and not {":", ","} & {*client}


def load_settings(
    path: str | os.PathLike[str] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the ``[serving]`` table of a TOML file, then the environment, which wins.

    Parameters
    ----------
    path : path, optional
        The TOML file; by default what ``DESKPILOT_CONFIG`` names, if anything.
    environ : mapping, optional
        ``os.environ`` by default. ``DESKPILOT_KEYS`` is written ``client:key,client:key``.

    Raises
    ------
    MissingFileError
        When the named file is not there.
    ConfigError
        When a value is out of range or a name is not known.
    """
    variables = os.environ if environ is None else environ
    source = path or variables.get(f"{PREFIX}CONFIG")
    values = _from_file(Path(source)) if source else {}
    _warn_of_unknown(variables)
    for name in Settings.model_fields:
        value = variables.get(f"{PREFIX}{name.upper()}")
        if value:
            values[name] = _parsed(name, value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = str(first["msg"]).removeprefix("Value error, ")
        subject = f"The '{where}' setting of the service is wrong" if where else "Wrong settings"
        raise ConfigError(
            f"{subject}: {message}. Known settings: {', '.join(Settings.model_fields)}."
        ) from error


def _folder(name: str, given: Any) -> Path:
    if not isinstance(given, str | os.PathLike):
        raise ValueError(f"'{name}' must be the path of a folder")
    return Path(given).expanduser().absolute()


def _warn_of_unknown(variables: Mapping[str, str]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}CONFIG"}
    for name in sorted(name for name in variables if name.startswith(PREFIX)):
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; is {near[0]} meant?" if near else ""
            logger.warning("the variable %s is no setting of the service%s", name, hint)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _from_file(path: Path) -> dict[str, Any]:
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingFileError(f"There is no settings file at {path}.") from error
    except OSError as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} is not TOML: {error}.") from error
    found = body.get("serving", {})
    if not isinstance(found, dict):
        raise ConfigError(f"The settings file {path} must have a table [serving], not a value.")
    return dict(found)


def _parsed(name: str, value: str) -> Any:
    if name == "report_readers":
        return [part.strip() for part in value.split(",") if part.strip()]
    if name != "keys":
        return value
    keys: dict[str, list[str]] = {}
    for pair in value.split(","):
        client, colon, key = pair.strip().partition(":")
        if not colon:
            raise ConfigError(
                f"The variable {PREFIX}KEYS must be written client:key,client:key. "
                "One of its parts has no colon."
            )
        keys.setdefault(client, []).append(key)
    return keys
