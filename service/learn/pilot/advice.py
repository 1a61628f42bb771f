"""What to do, in words: the simplest way that decides as much as any other, or none at all.

Five steps lead there: the outcome for the business, the quality and rights of the data, the targets, the risk, and the
same data for every way. The share decided without a person at the promised error outranks accuracy: it is what people
are spared. A way that is less simple has to be worth it, by more than these requests could show by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.learn.pilot.costs import money, people_alone, price
from service.learn.pilot.figures import Figures, Interval, gain
from service.learn.pilot.findings import Weight
from service.learn.pilot.owner import Owner
from service.learn.pilot.results import Pilot, Tried
from service.learn.pilot.ways import Kind

_HEADLINES = {
    Kind.RULES: "Rules are enough",
    Kind.SCRATCH: "Keep the simple one, learned from your examples alone",
    Kind.FROZEN: "Take the encoder as it is",
    Kind.JOINED: "Take the joined head",
    Kind.TUNED: "Tune the encoder",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """The recommendation."""

    headline: str
    way: str | None  #: None: people go on deciding
    certified: bool  #: whether it may decide anything by itself yet
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]  #: what to see to before anybody relies on it
    next: tuple[str, ...]  #: what to do now


def advise(pilot: Pilot) -> Advice:
    """What these figures say to this owner."""
    owner = pilot.owner
    fit, unfit = _within_limits(pilot.ways, owner)
    if not fit:
        headline = "Leave it to people: no way of deciding that was tried keeps within your limits"
        return Advice(headline, None, certified=False, reasons=tuple(unfit), cautions=_cautions(pilot), next=())
    best = max(fit, key=lambda way: _merit(way, owner))
    certified = best.figures.at(owner.alpha).certified > 0
    chosen, passed_over = _simplest([way for way in fit if _merit(way, owner)[0] == certified], best, owner)
    if certified and price(chosen, owner).total >= people_alone(owner).total:
        headline = "Leave it to people: whatever decides, the cases and errors that remain cost as much as today"
        reasons = (*_costs(chosen, owner), *_not_compared(pilot), *unfit)
        return Advice(headline, None, certified=False, reasons=reasons, cautions=_cautions(pilot), next=())
    reasons = (
        *_compared(chosen, best, passed_over, owner),
        *_tuning(pilot, chosen, owner),
        *_attributes(pilot, owner),
        *(_costs(chosen, owner) if certified else ()),
        *_naive(chosen.figures, owner),
        *_more_labels(pilot),
        *_not_compared(pilot),
        *unfit,
    )
    return Advice(
        headline=_headline(chosen, owner, certified=certified),
        way=chosen.name,
        certified=certified,
        reasons=reasons,
        cautions=_cautions(pilot),
        next=_next(chosen, owner, certified=certified),
    )


def _merit(way: Tried, owner: Owner) -> tuple[float, ...]:
    """What counts, in this order: that anything can be promised, how much could be decided, accuracy, simplicity."""
    share = way.figures.at(owner.alpha)
    return share.certified > 0, share.possible, way.figures.accuracy.value, -way.kind.rank


def _within_limits(ways: Sequence[Tried], owner: Owner) -> tuple[list[Tried], list[str]]:
    fit, unfit = [], []
    for way in ways:
        spent, limits = way.attempt.spent, owner.limits
        over = [
            f"{found:.0f} {unit} (your limit is {limit:g})"
            for found, limit, unit in (
                (spent.p99_ms, limits.p99_ms, "ms for the slowest in 100 requests"),
                (spent.size_mb, limits.size_mb, "MiB to be kept"),
            )
            if limit is not None and found is not None and found > limit
        ]
        if over:
            unfit.append(f"{way.called} is out: {' and '.join(over)}.")
        else:
            fit.append(way)
    return fit, unfit


def _simplest(ways: Sequence[Tried], best: Tried, owner: Owner) -> tuple[Tried, list[tuple[Tried, Interval]]]:
    """The first way, the simple before the others, that the best is not worth being preferred to; and those before."""
    passed: list[tuple[Tried, Interval]] = []
    for way in sorted(ways, key=lambda way: way.kind.rank):  # of one kind in the order tried, which is simple first
        if way is best:
            break
        more = gain(best.side, way.side, owner.alpha)
        if not (more.low > 0 and more.value >= owner.worth):
            return way, passed
        passed.append((way, more))
    return best, passed


def _headline(chosen: Tried, owner: Owner, *, certified: bool) -> str:
    share = chosen.figures.at(owner.alpha)
    if certified:
        return (
            f"{_HEADLINES[chosen.kind]}: {chosen.called} may decide {share.certified:.0%} of the requests without a "
            f"person, at most {owner.alpha:.1%} of them wrong, with confidence {1 - owner.delta:.0%}"
        )
    return (
        f"Not yet: with {chosen.figures.requests:,} held-out requests nothing can be promised at {owner.alpha:.1%}. "
        f"Begin with {chosen.called} as a suggestion to people"
    )


def _compared(chosen: Tried, best: Tried, passed: Sequence[tuple[Tried, Interval]], owner: Owner) -> Iterator[str]:
    if chosen is not best:
        more = gain(best.side, chosen.side, owner.alpha)
        if more.low > 0:
            why = f"that is less than the {owner.worth:.0%} that being less simple has to be worth"
        else:
            why = "these requests do not tell the two apart"
        yield f"{best.called} could decide most, {_points(more)} than {chosen.called}; {why}."
    if passed:
        simpler, more = max(passed, key=lambda each: _merit(each[0], owner))
        yield f"{simpler.called} is simpler, but {best.called} could decide {_points(more)}."
    figures = chosen.figures
    yield (
        f"It names the right label for {figures.accuracy.value:.1%} of the requests (95% interval "
        f"{figures.accuracy.low:.1%} to {figures.accuracy.high:.1%}), macro-F1 {figures.macro_f1:.3f}; what it says of "
        f"its own certainty is off by {figures.ece:.1%} on average."
    )


def _tuning(pilot: Pilot, chosen: Tried, owner: Owner) -> Iterator[str]:
    tuned = [way for way in pilot.ways if way.kind is Kind.TUNED]
    if not tuned or chosen.kind is Kind.TUNED:
        return
    best = max(tuned, key=lambda way: _merit(way, owner))
    more = gain(best.side, chosen.side, owner.alpha)
    yield (
        f"Tuning an encoder did not pay here: {best.called} could decide {_points(more)}, took "
        f"{best.attempt.spent.teach_seconds:.0f} s instead of {chosen.attempt.spent.teach_seconds:.0f} s to learn, and "
        "needs a second pass of every request through an encoder of its own."
    )


def _attributes(pilot: Pilot, owner: Owner) -> Iterator[str]:
    names = {way.name: way for way in pilot.ways}
    for name, way in names.items():
        without = names.get(name.replace(" and attributes", ""))
        if " and attributes" in name and without is not None:
            more = gain(way.side, without.side, owner.alpha)
            yield f"With the request's attributes it could decide {_points(more)} than without."


def _costs(chosen: Tried, owner: Owner) -> Iterator[str]:
    now, then = people_alone(owner), price(chosen, owner)
    yield (
        f"1,000 requests cost {money(then.total, owner)} instead of {money(now.total, owner)} by people alone: "
        f"{money(then.review, owner)} for the cases that people still decide, {money(then.errors, owner)} for errors, "
        f"{money(then.machine, owner)} for the machine."
    )
    if owner.requests_per_day:
        spared = chosen.figures.at(owner.alpha).certified * owner.requests_per_day
        left = owner.requests_per_day - spared
        yield f"Of {owner.requests_per_day:,} requests a day people would decide about {left:,.0f} instead of all."


def _naive(figures: Figures, owner: Owner) -> Iterator[str]:
    share = figures.at(owner.alpha)
    if share.possible > share.certified:
        yield (
            f"A threshold picked where these answers are {owner.alpha:.1%} wrong would decide {share.possible:.0%}; "
            "no promise goes with it: thresholds picked so break what they say in more than a third of samples."
        )


def _more_labels(pilot: Pilot) -> Iterator[str]:
    if pilot.outlook is None:
        return
    now = pilot.outlook.now
    better = [each for each in pilot.outlook.forecasts if each.share.value > now + 0.001]
    for each in better:
        yield (
            f"With {each.more:,} more labels {pilot.outlook.way} could decide about {each.share.value:.0%} "
            f"({each.share.low:.0%} to {each.share.high:.0%}) where it could decide {now:.0%} now, going by its "
            "learning curve."
        )
    if not better:
        yield "More labels of the same kind would bring little: the learning curve is flat."


def _cautions(pilot: Pilot) -> tuple[str, ...]:
    return tuple(finding.words for finding in pilot.findings if finding.weight is Weight.WARNING)


def _not_compared(pilot: Pilot) -> Iterator[str]:
    """The best may be among them."""
    if pilot.left_out:
        first, *others = (each.name for each in pilot.left_out)
        more = f" and {len(others)} more" if others else ""
        yield f"Not tried to the end, so not compared: {first}{more}. The reasons stand at the foot of the report."


def _next(chosen: Tried, owner: Owner, *, certified: bool) -> tuple[str, ...]:
    share = chosen.figures.at(owner.alpha)
    steps = []
    if not certified:
        more = f" About {share.more:,} more would do, if things go on as here." if share.more else ""
        steps.append(f"Let people label requests drawn at random from your traffic: signoff label start.{more}")
    steps.append(
        "Make a workflow of it: signoff workflow create. It is certified anew there, on calibration cases of its own "
        "and with rules, evidence and domain in the way, so expect somewhat less than stands here."
    )
    if chosen.kind is not Kind.JOINED:
        steps.append(
            "It begins with the joined head; signoff model train --kind or --tune makes a candidate of another."
        )
    if chosen.kind is Kind.RULES:
        steps = ["Write these phrases into a rule pack and test them there; the model may come later."]
    steps.append("Keep the random check on: it is what shows that the promise holds on your own traffic.")
    return tuple(steps)


def _points(more: Interval) -> str:
    """In hundredths of all requests."""
    low, high = 100 * more.low, 100 * more.high
    side = "more" if more.value >= 0 else "fewer"
    return f"{abs(more.value):.1%} of the requests {side} (95% interval {low:+.1f} to {high:+.1f})"
