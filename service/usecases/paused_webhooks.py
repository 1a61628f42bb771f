"""Which webhooks nothing is sent to, so that whoever sees to operations is told wherever they begin their day."""

from __future__ import annotations

from service.domain.access import Principal, Scope
from service.store import webhooks
from service.usecases.house import House


def paused(house: House, principal: Principal) -> list[dict[str, str]]:
    """`id` and `name` of each, the oldest first; none for whoever has nothing to do with operations."""
    if not principal.may(Scope.OPERATE):
        return []
    with house.store.read() as connection:
        return [{"id": row.id, "name": row.name} for row in webhooks.page(connection) if row.state == webhooks.PAUSED]
