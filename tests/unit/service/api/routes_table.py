"""Every route, with the scopes of which one opens it. A new route gets a row here, on purpose.

`-` stands for whoever comes: what is on the list of open addresses, and the pages by which people sign in. `anybody`
stands for every scope: whoever is signed in.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.access import Scope

_MEANS: Mapping[str, frozenset[str]] = {"-": frozenset(), "anybody": frozenset(scope.value for scope in Scope)}

API = """
POST /v1/decisions | decide
GET /v1/decisions/{decision_id} | decide read
GET /v1/decisions/{decision_id}/explanation | explain
GET /v1/decisions | decide read
POST /v1/decisions/replay | models operate
POST /v1/decisions/correct | operate
POST /v1/decisions/{decision_id}/replay | explain
POST /v1/decisions/{decision_id}/appeal | decide lead
POST /v1/cases/{case_id}/ask | review
POST /v1/decisions/{decision_id}/answer | decide
GET /v1/cases/export | read review
GET /v1/labels/export | models read
GET /v1/cases | read review
GET /v1/cases/{case_id} | read review
POST /v1/queues/{queue}/claim | review
POST /v1/cases/{case_id}/claim | review
POST /v1/cases/{case_id}/renew | review
POST /v1/cases/{case_id}/return | review
POST /v1/cases/{case_id}/skip | review
POST /v1/cases/{case_id}/hold | review
POST /v1/cases/{case_id}/unhold | review
POST /v1/cases/{case_id}/escalate | review
POST /v1/cases/{case_id}/assign | review
POST /v1/cases/{case_id}/decide | review
POST /v1/cases/{case_id}/undo | review
POST /v1/cases/{case_id}/reopen | lead
POST /v1/cases/{case_id}/cancel | decide lead
POST /v1/cases/{case_id}/comment | review
GET /v1/cases/{case_id}/events | read review
GET /v1/cases/{case_id}/beside | read review
POST /v1/cases/{case_id}/detach | review
POST /v1/cases/bulk | lead
GET /v1/cases/{case_id}/draft | read review
POST /v1/cases/{case_id}/draft | review
GET /v1/workflows/{workflow}/replies | lead read
GET /v1/labelling/{workflow} | read review
POST /v1/labelling/{workflow} | models
POST /v1/labelling/{workflow}/choose | models
POST /v1/labelling/{workflow}/claim | review
POST /v1/labelling/items/{item}/label | review
POST /v1/labelling/items/{item}/skip | review
POST /v1/labelling/items/{item}/return | review
POST /v1/labelling/items/{item}/undo | review
POST /v1/examples/{example}/correct | models
POST /v1/examples/{example}/aside | models
POST /v1/examples/{example}/take-in | models
POST /v1/search | search
GET /v1/rules | rules
POST /v1/rules/check | rules
GET /v1/rules/diff | rules
GET /v1/rules/history | audit rules
POST /v1/rules/reload | rules
POST /v1/rules/rollback | rules
POST /v1/rules/unpin | rules
POST /v1/rules/{rule_id}/disable | rules
POST /v1/rules/{rule_id}/enable | rules
POST /v1/rules/explain | rules
POST /v1/rules/replay | rules
GET /v1/rules/proposals | rules
GET /v1/rules/proposals/{proposal_id} | rules
POST /v1/rules/proposals/{proposal_id}/approve | rules
POST /v1/rules/proposals/{proposal_id}/reject | rules
GET /v1/rules/alarms | rules
POST /v1/rules/alarms/{alarm_id}/acknowledge | rules
GET /v1/events | audit decide operate
GET /v1/events/types | audit decide operate
GET /v1/webhooks | operate
POST /v1/webhooks | operate
GET /v1/webhooks/{webhook_id} | operate
PATCH /v1/webhooks/{webhook_id} | operate
DELETE /v1/webhooks/{webhook_id} | operate
POST /v1/webhooks/{webhook_id}/pause | operate
POST /v1/webhooks/{webhook_id}/resume | operate
POST /v1/webhooks/{webhook_id}/rotate | operate
POST /v1/webhooks/{webhook_id}/test | operate
GET /v1/webhooks/{webhook_id}/deliveries | operate
POST /v1/webhooks/{webhook_id}/deliveries/{event_id}/resend | operate
POST /v1/webhooks/{webhook_id}/resend | operate
POST /v1/documents/import | documents
GET /v1/documents | documents read
GET /v1/documents/{collection}/{document_id} | documents read
GET /v1/documents/{collection}/{document_id}/diff | documents read
GET /v1/documents/{collection}/{document_id}/preview | documents
POST /v1/documents | documents
POST /v1/documents/{collection}/{document_id}/submit | documents
POST /v1/documents/{collection}/{document_id}/return | documents
POST /v1/documents/{collection}/{document_id}/approve | documents
POST /v1/documents/{collection}/{document_id}/retire | documents
GET /v1/models | models read
POST /v1/models | models
GET /v1/models/{model_id} | models read
GET /v1/models/{model_id}/simulation | models read
POST /v1/models/{model_id}/shadow | models
GET /v1/models/{model_id}/shadow | models read
POST /v1/models/{model_id}/promote | models
POST /v1/models/{model_id}/reject | models
POST /v1/models/{model_id}/rollback | models
GET /v1/jobs | models read
GET /v1/jobs/{job_id} | models read
POST /v1/jobs/{job_id}/cancel | models operate
GET /v1/workflows/{workflow}/watch | models read
POST /v1/workflows/{workflow}/watch | models operate
POST /v1/workflows/{workflow}/watch/resume | models operate
GET /v1/team | audit lead operate
GET /v1/known-answers | audit lead
POST /v1/cases/{case_id}/known-answer | lead
DELETE /v1/cases/{case_id}/known-answer | lead
GET /v1/releases | models read
GET /v1/people | people
POST /v1/people | people
GET /v1/people/{person} | people
POST /v1/people/{person}/rights | people
POST /v1/people/{person}/reset | people
POST /v1/people/{person}/disable | people
POST /v1/people/{person}/enable | people
POST /v1/people/{person}/login | people
GET /v1/people/{person}/sessions | people
POST /v1/people/{person}/sessions/end | people
GET /v1/keys | keys
POST /v1/keys | keys
GET /v1/keys/{key_id} | keys
POST /v1/keys/{key_id}/rotate | keys
POST /v1/keys/{key_id}/revoke | keys
POST /v1/subjects/erase | operate
GET /v1/holds | audit operate
POST /v1/holds | operate
POST /v1/holds/{hold}/release | operate
POST /v1/retention/purge | operate
POST /v1/halt | operate
POST /v1/resume | operate
GET /v1/audit | audit
GET /v1/audit/verify | audit
GET /v1/audit/checkpoints | audit
POST /v1/audit/checkpoints | operate
GET /v1/audit/export | audit
GET /v1/decisions/{decision_id}/dossier | audit
GET /healthz | -
GET /readyz | -
GET /metrics | operate
GET /openapi.json | -
GET /docs | -
GET /problems | -
GET /problems/{code} | -
"""

CONSOLE = """
GET /console/sign-in | -
POST /console/sign-in | -
GET /console/password | -
POST /console/password | -
POST /console/sign-out | -
GET /console/provider | -
GET /console/provider/back | -
GET /console/account | anybody
POST /console/account/password | anybody
POST /console/account/sessions/{session}/end | anybody
POST /console/account/sessions/end-others | anybody
POST /console/people | people
POST /console/people/{person}/rights | people
POST /console/people/{person}/reset | people
POST /console/people/{person}/disable | people
POST /console/people/{person}/enable | people
POST /console/people/{person}/login | people
POST /console/people/{person}/sessions/end | people
GET /console/people | people
GET /console/people/{person} | people
POST /console/queues/{queue}/claim | lead review
POST /console/cases/{case_id}/claim | lead review
POST /console/cases/{case_id}/renew | lead review
POST /console/cases/{case_id}/return | lead review
POST /console/cases/{case_id}/decide | lead review
POST /console/try | explain
POST /console/decisions/{decision_id}/appeal | lead
GET /console/queues/{queue}/bulk | lead
POST /console/queues/{queue}/bulk | lead
POST /console/queues/{queue}/bulk/preview | lead
POST /console/queues/{queue}/bulk/do | lead
POST /console/queues/{queue}/bulk/undo | lead
POST /console/rules/reload | rules
POST /console/rules/dry-run | rules
POST /console/rules/replay | rules
POST /console/rules/rollback | rules
POST /console/rules/unpin | rules
POST /console/rules/alarms/{alarm_id}/acknowledge | rules
POST /console/rules/proposals/{proposal_id}/approve | rules
POST /console/rules/proposals/{proposal_id}/reject | rules
POST /console/rules/{rule_id}/disable | rules
POST /console/rules/{rule_id}/enable | rules
POST /console/documents/import | documents
POST /console/documents/new | documents
POST /console/documents/{collection}/{document_id}/submit | documents
POST /console/documents/{collection}/{document_id}/return | documents
POST /console/documents/{collection}/{document_id}/approve | documents
POST /console/documents/{collection}/{document_id}/retire | documents
POST /console/labelling/{workflow}/claim | review
POST /console/labelling/{workflow}/label | review
POST /console/labelling/{workflow}/skip | review
POST /console/labelling/{workflow}/stop | review
POST /console/labelling/{workflow}/undo | review
GET /console/rules | rules
GET /console/rules/change | rules
GET /console/rules/rollback | rules
GET /console/rules/proposals | rules
GET /console/rules/proposals/{proposal_id} | rules
GET /console/rules/history | audit rules
GET /console/rules/{rule_id} | rules
GET /console/rules/{rule_id}/file | rules
GET /console/rules/{rule_id}/disable | rules
GET /console/decisions/{decision_id}/rules | rules
GET /console/documents | documents read search
GET /console/documents/import | documents
GET /console/documents/new | documents
GET /console/documents/{collection}/{document_id} | documents read search
GET /console/documents/{collection}/{document_id}/edit | documents
GET /console/documents/{collection}/{document_id}/diff | documents read search
GET /console/documents/{collection}/{document_id}/preview | documents
GET /console/labelling | models read review
GET /console/labelling/{workflow} | models read review
POST /console/labelling/{workflow}/doubts | models
POST /console/labelling/{workflow}/doubts/{doubt}/confirm | models
POST /console/labelling/{workflow}/doubts/{doubt}/correct | models
POST /console/labelling/{workflow}/doubts/{doubt}/aside | models
GET /console/labelling/{workflow}/doubts | models
GET /console/labelling/{workflow}/doubts/look | models
GET /console/labelling/{workflow}/proposals | models
POST /console/models/train | models
POST /console/models/jobs/{job_id}/cancel | models
POST /console/models/{model_id}/shadow | models
POST /console/models/{model_id}/promote | models
POST /console/models/{model_id}/reject | models
POST /console/models/{model_id}/rollback | models
GET /console/models | models
GET /console/models/jobs | models
GET /console/models/{model_id} | models
POST /console/watch/{workflow}/halt | operate
POST /console/watch/{workflow}/go-on | operate
GET /console/watch | models operate
GET /console/watch/{workflow} | models operate
POST /console/watch/{workflow} | models operate
POST /console/watch/{workflow}/resume | models operate
GET /console/webhooks | operate
POST /console/webhooks | operate
GET /console/webhooks/{webhook} | operate
POST /console/webhooks/{webhook} | operate
POST /console/webhooks/{webhook}/pause | operate
POST /console/webhooks/{webhook}/resume | operate
POST /console/webhooks/{webhook}/rotate | operate
POST /console/webhooks/{webhook}/test | operate
POST /console/webhooks/{webhook}/resend | operate
POST /console/webhooks/{webhook}/deliveries/{event}/resend | operate
POST /console/webhooks/{webhook}/remove | operate
GET /console/search | search
GET /console/live | read review
GET /console/cases/{case_id}/draft | lead review
POST /console/cases/{case_id}/draft | lead review
POST /console/cases/{case_id}/known-answer | lead
POST /console/cases/{case_id}/known-answer/end | lead
POST /console/cases/{case_id}/skip | lead review
POST /console/cases/{case_id}/hold | lead review
POST /console/cases/{case_id}/escalate | lead review
POST /console/cases/{case_id}/ask | lead review
POST /console/cases/{case_id}/assign | lead review
POST /console/cases/{case_id}/unhold | lead review
POST /console/cases/{case_id}/comment | lead review
POST /console/cases/{case_id}/undo | lead review
POST /console/cases/{case_id}/reopen | lead review
POST /console/cases/{case_id}/cancel | lead review
POST /console/cases/{case_id}/reveal | lead review
GET /console/cases/{case_id}/beside | read review
POST /console/cases/{case_id}/detach | lead review
GET /console/cases/{case_id} | read review
GET /console/cases/{case_id}/colleagues | read review
GET /console | read review
GET /console/queues/{queue} | read review
POST /console/queues/{queue}/filters | read review
POST /console/queues/{queue}/filters/drop | read review
GET /console/preferences | anybody
POST /console/preferences/keys | anybody
POST /console/preferences/colours | anybody
GET /console/team | audit lead operate
GET /console/try | explain
GET /console/decisions | decide read
GET /console/decisions/find | decide read
GET /console/decisions/{decision_id} | decide read
GET /console/decisions/{decision_id}/explanation | explain
GET /console/{rest:path} | anybody
"""


def rows(table: str) -> dict[str, frozenset[str]]:
    """Method and path of each route, with its scopes; none: it is open."""
    lines = (line.split(" | ") for line in table.strip().splitlines())
    return {name: _MEANS.get(scopes, frozenset(scopes.split())) for name, scopes in lines}
