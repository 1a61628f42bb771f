"""What the API accepts about people with accounts. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.schemas import Body, Name
from service.domain.access import Limit

Subject = Annotated[str, Field(min_length=1, max_length=255, description="What the provider calls them: `sub`.")]


class QueueLimit(Body):
    """Where somebody may work, and what there."""

    queue: Annotated[str, Field(min_length=1, max_length=200, description="A queue's name; `*` is every queue.")]
    role: Annotated[str, Field(max_length=40, description="Their role in this queue; empty: the one they have.")] = ""
    actions: Annotated[
        list[Name], Field(max_length=40, description="Of cases, as `claim`; none: all that the role allows.")
    ] = Field(default_factory=list)

    def limit(self) -> Limit:
        return Limit(self.queue, self.role, frozenset(self.actions))


Limits = Annotated[
    list[QueueLimit], Field(max_length=200, description="None: every queue. With any: nothing elsewhere.")
]
Groups = Annotated[list[Name], Field(max_length=200, description="Audiences of documents they belong to.")]


class NewPerson(Body):
    """Somebody who is to have an account."""

    name: Annotated[str, Field(min_length=1, max_length=80, description="As colleagues know them; theirs for good.")]
    role: Name
    limits: Limits = Field(default_factory=list)
    groups: Groups = Field(default_factory=list)
    subject: Subject | None = None


class PersonRights(Body):
    """What somebody may do from now on; what is left out stays as it is."""

    role: Name | None = None
    limits: Limits | None = None
    groups: Groups | None = None


class PersonLogin(Body):
    """How somebody signs in with the provider; null: no longer."""

    subject: Subject | None


class SessionsEnd(Body):
    """Which session to end; null: all of them."""

    session: Name | None = None
