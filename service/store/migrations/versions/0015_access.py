"""Keys that may do less than their role, that take over from each other, and how many requests each may send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NEW = (
    ("scopes", sa.JSON()),
    ("workflows", sa.JSON()),
    ("rate", sa.Integer()),
    ("created_by", sa.String(length=200)),
    ("replaced_by", sa.String(length=64)),
    ("used_at", sa.BigInteger()),
    ("warned_at", sa.BigInteger()),
)


def upgrade() -> None:
    for name, kind in _NEW:
        op.add_column("api_keys", sa.Column(name, kind, nullable=True))
    op.create_table(
        "rate_buckets",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_buckets")),
    )


def downgrade() -> None:
    op.drop_table("rate_buckets")
    for name, _ in reversed(_NEW):
        op.drop_column("api_keys", name)
