"""A rule that nobody would write, so that it says nothing until a test asks for it."""

from __future__ import annotations

EXTRA = """\
- id: extra-zanzibar
  title: The Zanzibar form is not sent
  status: enforce
  severity: low
  effect: block
  owner: tests
  citation: [tests]
  review_by: 2030-01-01
  reason: asks for the Zanzibar form
  reason_code: X-01
  when:
    all:
      - matched('zanzibar')
  tests:
    - {name: hit, text: the zanzibar form please, expect: match}
    - {name: miss, text: another form please, expect: no_match}
"""
