"""On PostgreSQL, tell other processes at once of what they would else find at their next look."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None
additive = True  # code of before looks, and is told nothing

#: What decides how requests are answered. One notice a transaction, however many rows: equal ones are sent once.
_POINTERS: Final = ("workflows", "rollouts", "counters", "document_checks")

# A notice goes out with the commit, so whoever hears it reads what it tells of. Conditions stand in the functions: a
# column that a trigger's own condition names could never change its type.
_FUNCTIONS: Final = """
CREATE FUNCTION signoff_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('signoff', TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE FUNCTION signoff_tell_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.type NOT IN ('decision.created', 'case.created') AND NEW.body ->> 'decision' IS NOT NULL THEN
    PERFORM pg_notify('signoff', 'decision ' || (NEW.body ->> 'decision'));
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION signoff_tell_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('signoff', 'worker ' || NEW.id);
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite tells nobody; everybody looks
    op.execute(_FUNCTIONS)
    for table in _POINTERS:
        op.execute(
            f"CREATE TRIGGER signoff_tell AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION signoff_tell('pointers')"
        )
    op.execute(
        "CREATE TRIGGER signoff_tell AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION signoff_tell('events')"
    )
    op.execute(
        "CREATE TRIGGER signoff_tell_decision AFTER INSERT ON events"
        " FOR EACH ROW EXECUTE FUNCTION signoff_tell_decision()"
    )
    op.execute(
        "CREATE TRIGGER signoff_tell AFTER INSERT OR UPDATE ON workers"
        " FOR EACH ROW EXECUTE FUNCTION signoff_tell_worker()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*_POINTERS, "events", "workers"):
        op.execute(f"DROP TRIGGER signoff_tell ON {table}")
    op.execute("DROP TRIGGER signoff_tell_decision ON events")
    op.execute("DROP FUNCTION signoff_tell(), signoff_tell_decision(), signoff_tell_worker()")
