"""Every setting in one frozen class, read from `SIGNOFF_*` variables and checked at start."""

from __future__ import annotations

import difflib
import os
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import CannotStart
from service.writer.address import check_address

PREFIX = "SIGNOFF_"


class Settings(BaseSettings):
    """How this deployment runs. A wrong value stops the start, never a request."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(Path("var"), description="Folder with database, artefacts, workflows, packs and models.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite under the home folder if not set.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    max_body_bytes: int = Field(262_144, ge=1_024, description="Larger bodies are refused with 413.")
    max_upload_bytes: int = Field(33_554_432, ge=1_024, description="Files of one import together; more is refused.")
    max_upload_files: int = Field(200, ge=1, le=1_000, description="Files of one import; more is refused.")
    max_text_chars: int = Field(8_000, ge=1, description="Longer request texts are refused, in code points.")
    max_in_flight: int = Field(256, ge=1, description="Decisions under way at once; more are refused with 503.")
    encoder_sessions: int = Field(2, ge=1, le=64, description="Encoder sessions, one thread each; one a core.")
    decision_threads: int = Field(4, ge=1, le=64, description="Threads that take requests through rules to routing.")
    encoder_cache: int = Field(2_048, ge=0, description="Texts whose vectors are kept; 0 turns the cache off.")
    max_windows: int = Field(24, ge=1, description="Encoder windows a request may need; more go to a person.")
    evidence_k: int = Field(5, ge=1, le=50, description="Documents that an answer shows.")
    watch_rules: float = Field(0.0, ge=0, le=3_600, description="Seconds between looks at rule files; 0: do not watch.")
    session_hours: float = Field(12.0, gt=0, description="How long a console session lasts at most.")
    session_idle_minutes: float = Field(60.0, gt=0, description="A session that nobody uses for so long ends.")
    password_length: int = Field(15, ge=8, le=64, description="Characters that a password has at least.")
    public_url: str | None = Field(None, description="Address people open the console at, as https://host.")
    oidc_file: Path | None = Field(None, description="How people sign in with a provider; see docs/people.md.")
    oidc_secret: SecretStr | None = Field(None, description="The client secret that the provider gave, if any.")
    secure_cookies: bool = Field(False, description="Set when the console is served over HTTPS.")
    writer_url: str | None = Field(None, description="Where a language model drafts replies, as http://localhost/v1.")
    writer_model: str | None = Field(None, description="Which one, by the name that it has there.")
    writer_key: SecretStr | None = Field(None, description="The key that it wants, if any.")
    writer_seconds: float = Field(30.0, gt=0, le=600, description="How long one draft may take.")
    writer_tokens_per_day: int = Field(1_000_000, ge=0, description="What drafts may cost in 24 hours; 0: nothing.")

    @field_validator("writer_url")
    @classmethod
    def _writer_is_near_or_private(cls, url: str | None) -> str | None:
        return None if url is None else check_address(url)

    @model_validator(mode="after")
    def _writer_is_named(self) -> Settings:
        if (self.writer_url is None) != (self.writer_model is None):
            raise ValueError("SIGNOFF_WRITER_URL and SIGNOFF_WRITER_MODEL go together: set both, or neither")
        return self

    webhook_networks: str = Field(
        "", description="Networks that are not public and that webhooks may reach, as `10.1.0.0/16, 127.0.0.1/32`."
    )
    webhook_seconds: float = Field(15.0, ge=1, le=60, description="A receiver of webhooks has to answer in so long.")
    webhook_pause_hours: float = Field(72.0, gt=0, description="A webhook where nothing arrives for so long is paused.")

    rate_per_minute: int = Field(
        0, ge=0, le=1_000_000, description="Requests a minute that a key may send, unless it says otherwise; 0: any."
    )

    @field_validator("webhook_networks")
    @classmethod
    def _networks_can_be_read(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            ip_network(part)
        return value

    checkpoint_folder: Path | None = Field(None, description="Where checkpoints go; `checkpoints` at home if not set.")
    checkpoint_records: int = Field(10_000, ge=1, description="Records after which the ledger is signed anew.")
    checkpoint_minutes: float = Field(60.0, gt=0, description="And minutes, if there is a new record at all.")

    access_log: bool = Field(True, description="One line of the log for each request.")
    otlp_url: str | None = Field(None, description="Where traces go by OTLP over HTTP, as http://collector:4318.")

    @field_validator("otlp_url")
    @classmethod
    def _collector_can_be_reached(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("write it as in http://collector:4318")
        return url

    keys_url: str | None = Field(None, description="SQLAlchemy URL of the keys' own database; else keys.db.")
    master_key: SecretStr | None = Field(None, description="Wraps those keys: 64 hexadecimal digits, else master.key.")

    @model_validator(mode="after")
    def _keys_lie_apart(self) -> Settings:
        if self.keys_url is not None and self.keys_url == self.database:
            raise ValueError("SIGNOFF_KEYS_URL has to be another database than SIGNOFF_DATABASE_URL")
        return self

    @property
    def keys(self) -> str:
        return self.keys_url or f"sqlite:///{self.home.resolve() / 'keys.db'}"

    @property
    def checkpoints(self) -> Path:
        return self.checkpoint_folder or self.home / "checkpoints"

    @property
    def route(self) -> dict[str, int]:
        """The settings that decide which way a request takes, so that a certificate is of them too."""
        return {"evidence_k": self.evidence_k, "max_windows": self.max_windows}

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'signoff.db'}"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment; `CannotStart` names every bad or misspelt variable."""
    _refuse_unknown_variables()
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise CannotStart("; ".join(lines), remedy="correct or unset these variables") from error


def _refuse_unknown_variables() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise CannotStart(f"unknown setting {name}", remedy=hint)
