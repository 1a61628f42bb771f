"""Every setting in one frozen class, read from `SIGNOFF_*` variables and checked at start."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import CannotStart

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
    session_hours: float = Field(12.0, gt=0, description="How long a console session lasts.")
    secure_cookies: bool = Field(False, description="Set when the console is served over HTTPS.")

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
