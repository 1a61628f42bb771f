"""The tables. Each constraint names the promise it keeps.

Personal text lives in `payloads` alone, sealed; everything else holds ids, digests and words of our own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from service.store.sealed import Sealed

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Instant(sa.types.TypeDecorator[datetime]):
    """A UTC time as whole microseconds since 1970: compares and sorts alike in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        delta = value.astimezone(UTC) - _EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = sa.String(64)
_DIGEST = sa.String(64)
_NAME = sa.String(200)

instance = sa.Table(
    "instance",
    metadata,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("role", _NAME, nullable=False),
    sa.Column("groups", sa.JSON, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False, unique=True),  # the key itself is never stored
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("scopes", sa.JSON(none_as_null=True)),  # of the role's; null: all of them
    sa.Column("workflows", sa.JSON(none_as_null=True)),  # null: every one
    sa.Column("rate", sa.Integer),  # requests a minute; 0: any number; null: as the settings have it
    sa.Column("created_by", _NAME),
    sa.Column("replaced_by", _ID),  # the key that took its place
    sa.Column("used_at", Instant),  # about when it last opened something
    sa.Column("warned_at", Instant),  # when it was told that it ends soon
)

# Rule sets, policies and heads as bytes, named by their digest: a replica starts with an empty disk.
artefacts = sa.Table(
    "artefacts",
    metadata,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False, index=True),
    sa.Column("rules", _DIGEST, sa.ForeignKey("artefacts.digest"), nullable=False),
    sa.Column("policy", _DIGEST, sa.ForeignKey("artefacts.digest"), nullable=False),
    sa.Column("head", _DIGEST, sa.ForeignKey("artefacts.digest"), nullable=False),
    sa.Column("calibration", _DIGEST, nullable=False),  # of the cases, which lie with the payloads
    sa.Column("snapshot", _DIGEST, nullable=False),
    sa.Column("encoder", _DIGEST, nullable=False),
    sa.Column("adapter", _DIGEST, sa.ForeignKey("artefacts.digest")),  # of requests, to the documents' words
    sa.Column("route", sa.JSON, nullable=False),  # settings that the certificate was made under
    sa.Column("certificate", sa.JSON(none_as_null=True)),  # null: refused, and `refusal` says why
    sa.Column("refusal", sa.JSON(none_as_null=True)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

# What each snapshot was built from, so that one that is lost or damaged is built again.
snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("collections", sa.JSON, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),  # of the documents in it
    sa.Column("encoder", _DIGEST, nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("passages", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

# Whether a release's certificate still holds with the documents of a sequence; tried within seconds of each change.
document_checks = sa.Table(
    "document_checks",
    metadata,
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("holds", sa.Boolean, nullable=False),
    sa.Column("found", sa.JSON, nullable=False),  # the certificate or the refusal
    sa.Column("checked_at", Instant, nullable=False),
)

# The one pointer: which release answers, and whether anything is automatic. Read once per request.
workflows = sa.Table(
    "workflows",
    metadata,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),
    sa.Column("halted", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", Instant, nullable=False),
    # set by a rollback: files are not taken over any more until somebody says so
    sa.Column("pinned_by", _NAME),
    sa.Column("pinned_at", Instant),
    # the look at live traffic that sent to people what was automatic; null: none did, or it was resumed
    sa.Column("watched_by", _ID),
    sa.Column("watched_from", Instant),  # when a person last resumed: what came before is no reason any more
)

# One rule off everywhere, for a while and without an edit of files. Rules still say what they would have said.
rule_disables = sa.Table(
    "rule_disables",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("rule", _NAME, nullable=False, index=True),
    sa.Column("by", _NAME, nullable=False),
    sa.Column("note", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # why, in words
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),  # exclusive
    sa.Column("ended_by", _NAME),
    sa.Column("ended_at", Instant),
    # workflow -> whether its certificate holds without the rule; null: not tried yet
    sa.Column("rechecked", sa.JSON(none_as_null=True)),
    sa.CheckConstraint("until > begun_at", name="ends_after_it_begins"),
)

# Rules and policies that somebody asked to put in force and somebody else has to approve.
proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),  # proposed, approved, rejected, superseded
    sa.Column("by", _NAME, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),  # a list of {workflow, base, rules, policy}: digests of artefacts
    sa.Column("changes", sa.JSON, nullable=False),  # what it would change, as `rules diff` shows it
    sa.Column("decided_by", _NAME),
    sa.Column("decided_at", Instant),
    sa.Column("note", _ID, sa.ForeignKey("payloads.id")),  # why it was rejected, in words
    sa.CheckConstraint("state <> 'approved' OR decided_by <> by", name="approved_by_somebody_else"),
)

# The processes that answer, so that a flip can wait until all of them are ready for it.
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False, index=True),
)

# Releases about to answer, and the workers that have them open.
rollouts = sa.Table(
    "rollouts",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("releases", sa.JSON, nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),  # flipped, or given up
)
rollout_workers = sa.Table(
    "rollout_workers",
    metadata,
    sa.Column("rollout", _ID, sa.ForeignKey("rollouts.id"), primary_key=True),
    sa.Column("worker", _ID, primary_key=True),
    sa.Column("staged_at", Instant, nullable=False),
)

# What rules said, counted by release and hour: the page of rules, precision and alarms read it.
rule_hours = sa.Table(
    "rule_hours",
    metadata,
    sa.Column("workflow", _NAME, primary_key=True),
    sa.Column("release", _ID, primary_key=True),
    sa.Column("rule", _NAME, primary_key=True),
    sa.Column("hour", Instant, primary_key=True),
    sa.Column("matched", sa.BigInteger, nullable=False, default=0),
    sa.Column("unknown", sa.BigInteger, nullable=False, default=0),
    sa.Column("shadow", sa.BigInteger, nullable=False, default=0),  # matched without counting
    sa.Column("exempted", sa.BigInteger, nullable=False, default=0),
    sa.Column("upheld", sa.BigInteger, nullable=False, default=0),  # a reviewer blocked what it matched
    sa.Column("overturned", sa.BigInteger, nullable=False, default=0),  # a reviewer allowed what it matched
    sa.Index("ix_rule_hours_hour", "hour"),
    sa.Index("ix_rule_hours_workflow_hour", "workflow", "hour"),
)
workflow_hours = sa.Table(
    "workflow_hours",
    metadata,
    sa.Column("workflow", _NAME, primary_key=True),
    sa.Column("release", _ID, primary_key=True),
    sa.Column("hour", Instant, primary_key=True),
    sa.Column("decisions", sa.BigInteger, nullable=False, default=0),  # each asked every rule once
    sa.Column("blocked", sa.BigInteger, nullable=False, default=0),
    sa.Column("held", sa.BigInteger, nullable=False, default=0),
    sa.Index("ix_workflow_hours_hour", "hour"),
)

# A share of blocks, of held requests or of a rule's matches that left its usual band after a change.
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),
    sa.Column("rule", _NAME, nullable=False),  # empty: the workflow as a whole
    sa.Column("kind", sa.String(20), nullable=False),  # blocks, holds, matches, certificate; of live traffic: drift, …
    sa.Column("usual", sa.JSON, nullable=False),  # {"share", "of"}
    sa.Column("seen", sa.JSON, nullable=False),
    sa.Column("raised_at", Instant, nullable=False),
    sa.Column("ended_by", _NAME),  # who acknowledged it, or `rollback`
    sa.Column("ended_at", Instant),
    sa.UniqueConstraint("workflow", "release", "rule", "kind"),  # raised once
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("collection", _NAME, primary_key=True),
    sa.Column("id", _NAME, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("owner", _NAME, nullable=False),
    sa.Column("audience", sa.JSON, nullable=False),  # caller groups; empty: everyone
    sa.Column("jurisdiction", sa.JSON, nullable=False),
    sa.Column("citations", sa.JSON, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False),  # numbers and words that signals are computed from
    sa.Column("effective_from", Instant),
    sa.Column("effective_until", Instant),  # exclusive
    sa.Column("review_by", sa.Date),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("source", _NAME),  # the file it came from
    sa.Column("signature", sa.LargeBinary),  # MinHash of its words, to find near-duplicates
    sa.Column("similar", sa.JSON, nullable=False),  # what it resembled when it came in: {id, version, similarity}
    sa.Column("submitted_by", _NAME, nullable=False),  # of a draft: who wrote it last
    sa.Column("authors", sa.JSON, nullable=False),  # all who wrote or submitted it: none of them may approve it
    sa.Column("submitted_at", Instant, nullable=False),
    sa.Column("approved_by", _NAME),
    sa.Column("approved_at", Instant),
    sa.Column("ended_by", _NAME),  # who retired it, or approved what superseded it
    sa.Column("ended_at", Instant),
    # Document sequences: of the row's last change, of its approval, of its end. What was approved at a sequence s is
    # `approved_sequence <= s and (ended_sequence is null or ended_sequence > s)`, for good.
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("approved_sequence", sa.BigInteger),
    sa.Column("ended_sequence", sa.BigInteger),
    # approved by nobody, or by whoever submitted it, is not approved
    sa.CheckConstraint("status <> 'approved' OR approved_by IS NOT NULL", name="approved_by_somebody"),
    sa.CheckConstraint("status <> 'approved' OR approved_sequence IS NOT NULL", name="approved_at_a_sequence"),
    sa.Index("ix_documents_collection_status", "collection", "status"),
    sa.Index("ix_documents_sequence", "sequence"),
    sa.Index("ix_documents_collection_approved_sequence", "collection", "approved_sequence"),
    sa.Index("ix_documents_collection_ended_sequence", "collection", "ended_sequence"),
)

# Passage vectors by digest of encoder and text, so that a snapshot is rebuilt without encoding anything twice.
vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)

# The only place for personal text: what a caller asked, what was answered, what a reviewer wrote. Sealed under a key
# that lies elsewhere; empty: erased.
payloads = sa.Table(
    "payloads",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("subject", _NAME),  # of what is not sealed yet alone: else whom it is about is known by its key
    sa.Column("key", _ID),  # that it is sealed under; null: not yet
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("data", Sealed, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_payloads_key", "key"),
    sa.Index("ix_payloads_open", "id", sqlite_where=sa.text("key IS NULL"), postgresql_where=sa.text("key IS NULL")),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),
    sa.Column("principal", _NAME, nullable=False),  # who asked
    sa.Column("groups", sa.JSON, nullable=False),  # with document_sequence and created_at: what was visible
    sa.Column("document_sequence", sa.BigInteger, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("request", _ID, sa.ForeignKey("payloads.id"), nullable=False),
    sa.Column("answer", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # the automatic part; never changes
    sa.Column("state", sa.String(20), nullable=False),  # these four: where it stands now
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.String(20)),
    sa.Column("label", _NAME),  # the first one
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("probability", sa.Float),  # with which it was drawn for a blind check; null: it was not
    sa.Column("case", _ID),
    sa.Column("final_at", Instant),
    # of a copy that somebody was given to see what they make of it: the known answer it is of, null for every real one
    sa.Column("known_answer", _ID),
    sa.Index("ix_decisions_workflow_id", "workflow", "id"),
    sa.Index("ix_decisions_principal_id", "principal", "id"),
    sa.Index("ix_decisions_request", "request"),
)

# Same key, same answer: the primary key makes the second writer find the first one's decision.
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("principal", _NAME, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("request_digest", _DIGEST, nullable=False),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("explained", sa.Boolean, nullable=False),  # which view of the answer was given
    sa.Column("created_at", Instant, nullable=False),
)

# The states in which somebody can claim a case, and those in which a decision is still to come, as the indexes say
# them, word for word: else they are not used. A test holds them to `service.domain.case`.
WAITING = "state IN ('queued', 'escalated', 'second_review', 'adjudication')"
OPEN = "state IN ('queued', 'escalated', 'second_review', 'adjudication', 'claimed', 'on_hold', 'needs_information')"
FREE = f"{WAITING} AND assigned_to IS NULL"
HANDED_OVER = f"{WAITING} AND assigned_to IS NOT NULL"


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("queue", _NAME, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("stage", sa.String(20), nullable=False, server_default="queued"),  # what a claimed case comes back to
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("rank_at", Instant, nullable=False, server_default="0"),  # orders the queue, earliest first
    sa.Column("boosted", sa.Boolean, nullable=False, server_default=sa.false()),  # came back from a hold
    sa.Column("holder", _NAME),
    sa.Column("lease_token", _DIGEST),  # digest of the token: only its holder can act
    sa.Column("lease_until", Instant),
    sa.Column("claimed_at", Instant),  # when its last holder took it
    sa.Column("assigned_to", _NAME),  # handed over to this person: others are passed over while it waits
    # when it moves by itself: its lease or hold ends, it can no longer be undone, a hand-over was not taken up
    sa.Column("wake_at", Instant),
    sa.Column("decided_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("reopens", _ID),  # the case that this one goes on from
    sa.Column("likeness", _DIGEST),  # keyed: what has the same says the same and may join it; null: nothing may
    sa.Column("version", sa.Integer, nullable=False),
    # a claimed case has a holder with a lease, and no other case has
    sa.CheckConstraint(
        "(state = 'claimed') = (holder IS NOT NULL AND lease_token IS NOT NULL AND lease_until IS NOT NULL)",
        name="claimed_means_leased",
    ),
    # what claim-next walks: the best case that anybody may have, first
    _partial("ix_cases_free", "queue", "rank_at", "id", where=FREE),
    _partial("ix_cases_handed_over", "assigned_to", "queue", "rank_at", "id", where=HANDED_OVER),
    # what lists and counts walk
    _partial("ix_cases_open", "queue", "rank_at", "id", where=OPEN),
    _partial("ix_cases_counts", "queue", "state", "due_at", "created_at", where=OPEN),
    _partial("ix_cases_wake_at", "wake_at", "queue", where="wake_at IS NOT NULL"),
    # the newest of those that say the same: by both, or the index of states would be walked instead
    _partial("ix_cases_alike", "likeness", "state", "id", where="likeness IS NOT NULL"),
    _partial("ix_cases_delivered", "workflow", "delivered_at", where="delivered_at IS NOT NULL"),
    sa.Index("ix_cases_state_id", "state", "id"),
    sa.Index("ix_cases_decision", "decision"),
)

# Whom claim-next passes a case over for: they skipped it, gave it away, or have said what they think of it.
case_skips = sa.Table(
    "case_skips",
    metadata,
    sa.Column("person", _NAME, primary_key=True),
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("why", sa.String(20), nullable=False),  # skipped, escalated, reviewed, asked
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_case_skips_case", "case"),
)

# What happened to a case, in order: written by whatever moves it, in the same transaction.
case_events = sa.Table(
    "case_events",
    metadata,
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),  # the case's version afterwards
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("by", _NAME, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("was", sa.String(20), nullable=False),
    sa.Column("now", sa.String(20), nullable=False),
    sa.Column("told", sa.JSON, nullable=False),  # names, ids and times; what people wrote is the note
    sa.Column("note", _ID, sa.ForeignKey("payloads.id")),
)

case_reasons = sa.Table(
    "case_reasons",
    metadata,
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("reason", sa.String(40), primary_key=True),
    sa.Index("ix_case_reasons_reason", "reason", "case"),
)

# What a person decided: linked to the automatic part, never written over it. One a case goes out.
reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False, index=True),
    sa.Column("stage", sa.String(20), nullable=False, server_default="queued"),  # the case's, when it was claimed
    sa.Column("reviewer", _NAME, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("reason_code", _NAME, nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("payload", _ID, sa.ForeignKey("payloads.id")),  # note and reply
    sa.Column("suggested", _NAME),  # the most likely label as it was shown; null: none was
    sa.Column("begun_at", Instant),  # when the reviewer had claimed the case
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("delivered_at", Instant),  # it is the decision from then on; null: it is an opinion, or can be undone
    sa.Index(
        "uq_reviews_delivered_case",
        "case",
        unique=True,
        sqlite_where=sa.text("delivered_at IS NOT NULL"),
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    ),
)

# The chained record. The primary key keeps the sequence free of doubles within its stream.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("stream", sa.String(40), primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("subject_id", _ID, nullable=False, index=True),  # the decision, case, release or document it is about
    sa.Column("at", Instant, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),  # RFC 8785 bytes, what the hash covers
    sa.Column("hash", _DIGEST, nullable=False),
    # the timeline of what operations changed, found among millions of decisions
    sa.Index(
        "ix_ledger_operations",
        "kind",
        "sequence",
        sqlite_where=sa.text("kind <> 'decision.made'"),
        postgresql_where=sa.text("kind <> 'decision.made'"),
    ),
)

# What the outside is to hear of, written with the thing it tells of.
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("subject_id", _ID, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),  # in the order of commits, without gaps: a cursor misses none
    sa.UniqueConstraint("sequence"),
)
