"""How people sign in with a provider: the file that `SIGNOFF_OIDC_FILE` names, read and checked at start."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from service.domain.access import QUEUE_SCOPES, ROLES, Limit
from service.errors import CannotStart
from service.settings import Settings

Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _GroupRole(_Part):
    group: Word
    role: Word

    @field_validator("role")
    @classmethod
    def _known(cls, role: str) -> str:
        return _role(role)


class _GroupQueue(_Part):
    """Where a group works: as `domain.access.Limit`."""

    group: Word
    queue: Word
    role: str = ""
    actions: list[Word] = Field(default_factory=list)

    @field_validator("role")
    @classmethod
    def _known(cls, role: str) -> str:
        if role and not ROLES[_role(role)] & QUEUE_SCOPES:
            raise ValueError(f"the role {role} does nothing in queues; name reviewer or lead")
        return role


class _GroupAudience(_Part):
    group: Word
    audience: Word


class SystemLine(_Part):
    """Which tokens of systems are taken, and what they may do; all that is named has to fit."""

    client: Annotated[str, Field(max_length=140)] = ""  #: `client_id` or `azp` of the token
    subject: Annotated[str, Field(max_length=140)] = ""  #: its `sub`
    group: Annotated[str, Field(max_length=200)] = ""
    role: Word
    scopes: list[Word] | None = None  #: of the role's; left out: all of them
    workflows: list[Word] | None = None  #: left out: every one
    audiences: list[Word] = Field(default_factory=list)  #: of documents
    rate: Annotated[int, Field(ge=0)] | None = None  #: requests a minute; left out: as the settings have it

    @model_validator(mode="after")
    def _known(self) -> SystemLine:
        if not (self.client or self.subject or self.group):
            raise ValueError("a line names a client, a subject or a group")
        unknown = {*(self.scopes or ())} - {scope.value for scope in ROLES[_role(self.role)]}
        if unknown or self.scopes == []:
            raise ValueError(f"the role {self.role} has no scope {', '.join(sorted(unknown)) or 'that is none'}")
        if self.workflows == []:
            raise ValueError("name workflows, or leave them out for every one")
        return self

    def fits(self, client: str, subject: str, groups: frozenset[str]) -> bool:
        named = ((self.client, {client}), (self.subject, {subject}), (self.group, groups))
        return all(wanted in found for wanted, found in named if wanted)


class ProviderFile(_Part):
    """Who the provider is, and what its groups may do here."""

    issuer: Annotated[str, Field(max_length=300)]
    client_id: Word
    button: Annotated[str, Field(max_length=60)] = "your organisation"
    scopes: list[Word] = Field(default_factory=lambda: ["openid", "profile"])
    name_claim: Word = "preferred_username"
    groups_claim: Word = "groups"
    #: Whether somebody whom nobody has linked yet gets an account at the first sign-in.
    create: bool = False
    #: The first line whose group somebody has says their role; without any line the account's own role holds.
    roles: list[_GroupRole] = Field(default_factory=list)
    queues: list[_GroupQueue] = Field(default_factory=list)
    audiences: list[_GroupAudience] = Field(default_factory=list)
    #: Whom tokens of systems are for; empty: none are taken.
    audience: Annotated[str, Field(max_length=300)] = ""
    #: The first line that fits a token says what it may do; nobody without one comes in.
    systems: list[SystemLine] = Field(default_factory=list)

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        if not safe_address(issuer):
            raise ValueError("an issuer is an https address, without query or fragment")
        return issuer

    def role_of(self, groups: frozenset[str]) -> str | None:
        """None: none of these groups may come in."""
        return next((line.role for line in self.roles if line.group in groups), None)

    def limits_of(self, groups: frozenset[str]) -> tuple[Limit, ...]:
        mine = (line for line in self.queues if line.group in groups)
        return tuple(Limit(line.queue, line.role, frozenset(line.actions)) for line in mine)

    def audiences_of(self, groups: frozenset[str]) -> list[str]:
        return sorted({line.audience for line in self.audiences if line.group in groups})


def read_provider_file(settings: Settings) -> ProviderFile | None:
    """None when no provider is set up. CannotStart names the file, what is wrong in it and what helps."""
    path = settings.oidc_file
    if path is None:
        return None
    found = _parsed(path)
    if found.create and not found.roles:
        _refuse(path, "`create` without `roles` gives accounts without a role", "say which group has which role")
    if found.queues and not found.roles:
        _refuse(path, "`queues` without `roles` limits nobody", "say which group has which role")
    if bool(found.systems) != bool(found.audience):
        _refuse(path, "`systems` and `audience` go together", "name whom the tokens of systems are for")
    if found.audience == found.client_id:
        _refuse(path, "with `audience` as `client_id` people's identity tokens would be taken", "name an API's own")
    if settings.public_url is None or not safe_address(settings.public_url):
        _refuse(path, "people come back from the provider to SIGNOFF_PUBLIC_URL", "set it to https://HOST")
    if settings.public_url.startswith("https:") and not settings.secure_cookies:
        _refuse(path, "over HTTPS cookies have to be secure", "set SIGNOFF_SECURE_COOKIES=true")
    return found


def safe_address(address: str) -> bool:
    """Whether what is sent there stays unread on the way: HTTPS, or this machine."""
    parts = urlsplit(address)
    plain = not parts.query and not parts.fragment and "@" not in parts.netloc and bool(parts.hostname)
    return plain and (parts.scheme == "https" or (parts.scheme == "http" and _this_machine(parts.hostname or "")))


def _this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parsed(path: Path) -> ProviderFile:
    try:
        read: Any = yaml.safe_load(path.read_text())
        return ProviderFile.model_validate(read)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        _refuse(path, f"it cannot be read: {error}", "see docs/people.md for one that works")
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
        _refuse(path, wrong, "see docs/people.md for one that works")


def _refuse(path: Path, wrong: str, remedy: str) -> NoReturn:
    raise CannotStart(f"{path}: {wrong}", remedy=remedy)


def _role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"no role {role!r}; roles are {', '.join(sorted(ROLES))}")
    return role
