"""What the owner of a pilot says: seven answers in words, and the figures that costs and limits are reckoned with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.model import Attribute


@dataclass(frozen=True, slots=True)
class Question:
    """One of the seven questions that come before a model."""

    key: str  #: in pilot.yaml
    words: str
    hint: str  #: what an answer might say


QUESTIONS: Final = (
    Question("problem", "What is to be solved, and would rules alone do?", "which decisions, for whom, how many a day"),
    Question("data", "What data is there, and can it be trusted?", "where it comes from, who labelled it, your rights"),
    Question("success", "How is success defined?", "fewer cases a day for people, faster answers, what must not fall"),
    Question("error", "What error is acceptable?", "what a wrong decision costs, and which labels harm most"),
    Question("operation", "Where does it run, and who supports it?", "which machine, who is called when it fails"),
    Question("retraining", "How often is it retrained?", "how fast requests change, who approves a new model"),
    Question("explanation", "What must be explainable or logged?", "to whom, for how long, by which law"),
)

#: The columns that a file may have beside `text` and `label`, by what they mean.
COLUMNS: Final = ("text", "label", "outcome", "date", "owner")


@dataclass(frozen=True, slots=True)
class Costs:
    """In one currency of the owner's."""

    review: float = 1.0  #: of one case that a person decides
    error: float = 0.0  #: of one wrong automatic decision, on average
    core_hour: float = 0.05  #: of one processor core for an hour
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a way of deciding must not exceed; None: no limit."""

    p99_ms: float | None = None  #: for one request on one core
    size_mb: float | None = None  #: of what is kept to decide with it, encoder included


@dataclass(frozen=True, slots=True)
class Owner:
    """Everything that pilot.yaml may say. The defaults hold where it says nothing."""

    answers: Mapping[str, str] = field(default_factory=dict)  #: key of a question -> the owner's own words
    alphas: tuple[float, ...] = (0.01, 0.02, 0.05)
    alpha: float = 0.05  #: the error that is promised; the recommendation is for this one
    delta: float = 0.10
    worth: float = 0.02  #: a way that decides less than this share more is not worth being less simple
    costs: Costs = Costs()
    limits: Limits = Limits()
    requests_per_day: int | None = None
    people_error: float | None = None  #: share of today's decisions by people that are wrong, where it was measured
    data_owner: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)  #: label -> what belongs to it, in a sentence
    attributes: tuple[Attribute, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)  #: meaning -> the column's name in the file
    rule_labels: Mapping[str, str] = field(default_factory=dict)  #: id of a rule -> the label it gives when it matches

    def column(self, meaning: str) -> str:
        """The name of the column that means this."""
        return self.columns.get(meaning, meaning)


_TEMPLATE: Final = """\
# What the pilot asks its owner. Everything here is optional; what you say in words is quoted in the report.
#   signoff pilot requests.csv --pilot pilot.yaml --minutes 20 --out pilot-report

questions:
{questions}
promise:
  alpha: 0.05             # at most this share of the automatic decisions may be wrong; the recommendation is for it
  delta: 0.10             # the promise may fail to hold with this chance
  alphas: [0.01, 0.02, 0.05]   # shares that the report looks at beside it
  worth: 0.02             # a way that decides less than this share more is not worth being less simple

costs:                    # in one currency
  review: 1.00            # one case that a person decides
  error: 0                # one wrong automatic decision, on average
  core_hour: 0.05         # one processor core for an hour
  # currency: EUR

# requests_per_day: 1000
# people_error: 0.03      # share of today's decisions by people that are wrong, where you measured it
# data_owner: claims team # who answers for the labels

# limits:                 # for one request on one core; the encoder counts
#   p99_ms: 50
#   size_mb: 200

# definitions:            # a sentence a label: what zero-shot looks at, and weak examples where there are few others
#   card_arrival: The customer waits for a card that was sent and asks where it is.

# attributes:             # further columns of the file that are known when a request arrives
#   amount: {{type: number}}
#   channel: {{type: string, values: [app, phone, branch]}}

# columns:                # where the file calls its columns otherwise
#   text: message
#   label: intent
#   outcome: outcome      # allow, block or review
#   date: received        # 2026-01-31
#   owner: team

# rules:                  # with --rules PACK: the label a rule gives when it matches
#   lost-card-words: card_lost
"""


def template() -> str:
    """A pilot.yaml to fill in, with all seven questions."""
    questions = "".join(f'  # {question.words} ({question.hint})\n  {question.key}: ""\n' for question in QUESTIONS)
    return _TEMPLATE.format(questions=questions)
