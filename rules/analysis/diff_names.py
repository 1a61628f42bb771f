"""What changed in the matchers, lists, exemptions and attributes of one pack, and which rules that touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from rules.analysis.change import Change, Direction, direction, together
from rules.analysis.clauses import normal, shown
from rules.analysis.directions import of_dates, of_matcher, of_stances
from rules.analysis.sides import Sides, Written
from rules.analysis.stances import stance
from rules.model import Attribute, Exemption, Matcher, RuleStatus, RuleTest

_EXAMPLES: Final = 5  #: phrases or members shown of those that came or went
_WORDS: Final = ("owner", "why", "ticket")


def counts(written: Written) -> bool:
    """Whether a rule or exemption can have an effect on some request."""
    return isinstance(written, Exemption) or written.status in (RuleStatus.CANARY, RuleStatus.ENFORCE)


def matcher_changes(both: Sides, pack: str) -> Iterator[Change]:
    """Matchers that came, went or hit otherwise."""
    old, new = ({one.name: one for one in side[pack].matchers} if pack in side else {} for side in (both.old, both.new))
    changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    asked = both.users(pack) if changed else []
    for name in changed:
        was, now = old.get(name), new.get(name)
        users = [written for written, names in asked if name in names.matchers]
        if was is None or now is None:
            yield _came_or_went("matcher", pack, name, users, came=was is None)
        elif _set(was) != _set(now):  # the order of phrases does not count
            more, fewer = _hits_more(was, now), _hits_more(now, was)
            reader = both.reader(pack)
            found = together(
                of_matcher(stance(written, reader), f"{pack}/{name}", both.schema, more=more, fewer=fewer)
                for written in users
                if counts(written)
            )
            yield _named("matcher", pack, name, _words(was), _words(now), users, found, _matcher_says(name, was, now))


def _set(matcher: Matcher) -> tuple[frozenset[str], frozenset[str], frozenset[str], bool]:
    return frozenset(matcher.phrases), frozenset(matcher.regexes), frozenset(matcher.views), matcher.whole_words


def _hits_more(one: Matcher, other: Matcher) -> bool:
    """Whether `other` may hit where `one` does not."""
    added = any(set(getattr(other, part)) - set(getattr(one, part)) for part in ("phrases", "regexes", "views"))
    return added or (one.whole_words and not other.whole_words)


def _words(matcher: Matcher) -> str:
    parts = [f"{len(matcher.phrases)} phrases", f"{len(matcher.regexes)} regexes", f"view {', '.join(matcher.views)}"]
    return "; ".join([*parts, *(() if matcher.whole_words else ("boundary none",))])


def _matcher_says(name: str, was: Matcher, now: Matcher) -> str:
    parts = [
        *_came_and_went("phrase", was.phrases, now.phrases),
        *_came_and_went("regex", was.regexes, now.regexes),
        *_came_and_went("view", was.views, now.views),
    ]
    if was.whole_words is not now.whole_words:
        parts.append(f"boundary is now {'word' if now.whole_words else 'none'}")
    return f"matcher `{name}`: {'; '.join(parts)}"


def _came_and_went(what: str, was: Collection[str], now: Collection[str]) -> Iterator[str]:
    for word, items in (("added", set(now) - set(was)), ("removed", set(was) - set(now))):
        if items:
            yield _counted(what, word, items)


def _counted(what: str, word: str, items: Collection[str]) -> str:
    examples = ", ".join(f"`{item}`" for item in sorted(items)[:_EXAMPLES])
    more = ", …" if len(items) > _EXAMPLES else ""
    return f"{len(items)} {what}{'' if len(items) == 1 else _PLURAL[what]} {word} ({examples}{more})"


def tests_say(was: Sequence[RuleTest], now: Sequence[RuleTest]) -> str:
    """Which tests came, went or test something else, by name; empty when only their order changed."""
    before, after = ({test.name: test for test in side} for side in (was, now))
    parts = list(_came_and_went("test", tuple(before), tuple(after)))
    if changed := sorted(name for name in before.keys() & after.keys() if before[name] != after[name]):
        parts.append(_counted("test", "changed", changed))
    return "; ".join(parts)


_PLURAL: Final = {"test": "s", "phrase": "s", "regex": "es", "view": "s", "member": "s"}


def list_changes(both: Sides, pack: str) -> Iterator[Change]:
    """Lists that came, went or have other members."""
    old, new = (side[pack].lists if pack in side else {} for side in (both.old, both.new))
    changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    asked = both.users(pack) if changed else []
    for name in changed:
        users = [written for written, names in asked if name in names.lists]
        if name not in old or name not in new:
            yield _came_or_went("list", pack, name, users, came=name not in old)
        else:
            before = both.reader(pack, lists={**new, name: old[name]})
            after = both.reader(pack, lists=new)
            found = together(
                of_stances(stance(written, before), stance(written, after), both.schema)
                for written in users
                if counts(written)
            )
            says = f"list `{name}`: {'; '.join(_came_and_went('member', old[name], new[name]))}"
            was, now = (f"{len(side[name])} members" for side in (old, new))
            yield _named("list", pack, name, was, now, users, found, says)


def _came_or_went(kind: str, pack: str, name: str, users: Iterable[Written], *, came: bool) -> Change:
    """It rules nothing by itself: what it means shows in the conditions that name it."""
    word = "new" if came else "gone"
    before, after = (None, "new") if came else ("was there", None)
    return _named(kind, pack, name, before, after, users, Direction.WORDS, f"{kind} `{name}` is {word}")


def _named(
    kind: str,
    pack: str,
    what: str,
    before: str | None,
    after: str | None,
    users: Iterable[Written],
    leans: Direction,
    says: str,
) -> Change:
    return Change(kind, None, pack, what, before, after, _touched(users), leans, says)


def _touched(users: Iterable[Written]) -> tuple[str, ...]:
    """The rules, those included whose exemptions are touched."""
    names = (written.rules if isinstance(written, Exemption) else (written.id,) for written in users)
    return tuple(sorted({name for some in names for name in some}))


def exemption_changes(both: Sides, pack: str) -> Iterator[Change]:
    """Exemptions that came, went, or hold for other requests, rules or days."""
    old, new = ({one.id: one for one in side[pack].exemptions} if pack in side else {} for side in (both.old, both.new))
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was is None and now is not None:
            says = f"exemption `{name}` is new: {_holds(now)}"
            yield _named("exemption", pack, name, None, _holds(now), [now], Direction.LOOSENS, says)
        elif now is None and was is not None:
            says = f"exemption `{name}` is gone; it was {_holds(was)}"
            yield _named("exemption", pack, name, _holds(was), None, [was], Direction.TIGHTENS, says)
        elif was is not None and now is not None:
            if tests := tests_say(was.tests, now.tests):
                before, after = (f"{len(side.tests)} tests" for side in (was, now))
                says = f"exemption `{name}`: {tests}"
                yield _named("exemption", pack, f"{name} tests", before, after, [was, now], Direction.WORDS, says)
            for part, before, after, leans in _parts(both, pack, was, now):
                says = f"exemption `{name}`: {part} was {before or 'not set'}, is {after or 'not set'}"
                yield _named("exemption", pack, f"{name} {part}", before, after, [was, now], leans, says)


def _holds(one: Exemption) -> str:
    return f"{shown(one.when)}, for {', '.join(one.rules)}, until {one.until.isoformat()}"


def _parts(both: Sides, pack: str, was: Exemption, now: Exemption) -> Iterator[tuple[str, str, str, Direction]]:
    if set(was.rules) != set(now.rules):
        more, fewer = set(now.rules) - set(was.rules), set(was.rules) - set(now.rules)
        leans = direction(looser=bool(more), tighter=bool(fewer))
        yield "rules", ", ".join(was.rules), ", ".join(now.rules), leans
    if normal(was.when) != normal(now.when):
        reader = both.reader(pack)
        leans = of_stances(stance(was, reader), stance(now, reader), both.schema)
        yield "condition", shown(was.when), shown(now.when), leans
    dates = [(one.effective_from, one.until) for one in (was, now)]
    if dates[0] != dates[1]:
        before, after = (f"{start.isoformat() if start else 'always'} to {end.isoformat()}" for start, end in dates)
        yield "effective", before, after, of_dates(dates[0], dates[1]).opposite
    for name in _WORDS:
        if getattr(was, name) != getattr(now, name):
            yield name, getattr(was, name), getattr(now, name), Direction.WORDS


def attribute_changes(both: Sides, pack: str) -> Iterator[Change]:
    """What the pack expects of requests. Expecting more or less changes no rule; another type may."""
    old, new = (
        {one.name: one for one in side[pack].attributes} if pack in side else {} for side in (both.old, both.new)
    )
    for name in sorted(old.keys() | new.keys()):
        before, after = (_type(side[name]) if name in side else None for side in (old, new))
        if before is None:
            says, leans = f"attribute `{name}` is expected, {after}", Direction.WORDS
        elif after is None:
            says, leans = f"attribute `{name}` is no longer expected", Direction.WORDS
        elif before != after:
            says, leans = f"attribute `{name}` was {before}, is {after}", Direction.EITHER
        elif old[name] != new[name]:
            says, leans = f"attribute `{name}` is described otherwise", Direction.WORDS
        else:
            continue
        yield _named("attributes", pack, name, before, after, (), leans, says)


def _type(attribute: Attribute) -> str:
    values = ", ".join(attribute.values)
    return f"{attribute.type} of {values}" if values else str(attribute.type)
