"""``samebag explain CODE``: what a code looks like, whose it would be and whether its check digit
is right."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from samebag.cli.shared.output import add_json, in_either, speaker, terminal_language
from samebag.core.codes.rules import Rule, is_waybills, nameless, readings
from samebag.core.codes.tracking import Carrier, Digit, Recognised, Service, ShapeReading, explain
from samebag.core.labels import CodeForm

DIGITS = {
    Digit.RIGHT: "the check digit is right",
    Digit.WRONG: "the shape is right, the check digit is WRONG: it must be {0}",
    Digit.NONE: "the shape is right; no check digit is known for it",
}
RECOGNISED = {
    Recognised.YES: "recognised by AliExpress",
    Recognised.ONLINE: "recognised by AliExpress only when ordered through its online delivery",
    Recognised.NO: "not recognised by AliExpress",
}
UNKNOWN = "not recognised: no number known here looks so"
NO_POST = "no post has this code"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("codes", nargs="+", metavar="CODE", help="what the scanner read")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if any code is unknown, or cannot be right."""
    say, all_right = speaker(args, _lines), True
    for text in args.codes:
        code = CodeForm().normalise(text)
        is_number, inside, kind = explain(code), readings(text.strip()), nameless(code)
        is_right = any(
            reading.digit is not Digit.WRONG and not reading.no_post for reading in is_number
        )
        all_right &= is_right or bool(inside) or kind is not None
        if is_waybills(code):  # the whole is no number, and has no page
            is_number = ()
        say(
            code=code,
            readings=[_fields(reading, code) for reading in is_number],
            inside=[_inside(number, rule) for number, rule in inside],
            names_no_parcel=f"{kind.carrier} {kind.name}" if kind and not inside else "",
            names_no_parcel_zh=f"{kind.carrier}{kind.says_zh}" if kind and not inside else "",
        )
    return 0 if all_right else 1


def _inside(number: str, rule: Rule) -> dict[str, object]:
    """What a symbol says beside its number, and what that carrier's number is."""
    known = explain(CodeForm().normalise(number))
    own = [reading for reading in known if reading.carrier and reading.carrier.name in rule.carrier]
    return {
        "number": number,
        "carrier": rule.carrier,
        "symbol": rule.symbol,
        "says": rule.says,
        "source": rule.source,
        "readings": [_fields(reading, number) for reading in own or known],
    }


def _fields(reading: ShapeReading, code: str) -> dict[str, object]:
    return {
        "is": reading.form.name,
        "is_zh": reading.form.zh,
        "digit": reading.digit,
        "expected": reading.expected,
        "digit_says": DIGITS[reading.digit].format(reading.expected),
        "sure": reading.form.sure,
        "country": reading.country,
        "no_such_post": reading.no_post,
        "indicator": msgspec.to_builtins(reading.indicator),
        "services": [
            msgspec.to_builtins(service) | {"says": _limits(service)}
            for service in reading.services
        ],
        "source": reading.form.source,
    } | (_whose(reading.carrier, reading.services, code) if reading.carrier else {})


def _whose(carrier: Carrier, services: Sequence[Service], code: str) -> dict[str, object]:
    pages = [
        page for page in (*(service.tracking for service in services), carrier.tracking) if page
    ]
    return {
        "carrier": carrier.name,
        "carrier_zh": carrier.zh,
        "recognised": carrier.recognised,
        "recognised_says": RECOGNISED[carrier.recognised],
        "track": pages[0].format(code) if pages else "",
    }


def _limits(service: Service) -> str:
    days = f"{service.days[0]}-{service.days[1]}" if service.days else ""
    kind = "working days" if service.working else "days"
    limits = (
        f"at most {service.max_weight_g} g" if service.max_weight_g else "",
        f"{service.country_count} countries" if service.country_count else "",
        f"{days} {kind}" if days else "",
        f"promised {service.promised_days} days" if service.promised_days else "",
        f"refuses {', '.join(service.refuses)}" if service.refuses else "",
    )
    return "; ".join(filter(None, limits))


def _lines(said: Mapping[str, object]) -> str:
    numbers, inside = said["readings"], said["inside"]
    assert isinstance(numbers, list)
    assert isinstance(inside, list)
    bodies = [_indented(_body(reading), "    ") for reading in numbers]
    bodies += [_indented(_symbol(symbol), "    ") for symbol in inside]
    if said["names_no_parcel"]:
        bodies.append(f"names no parcel: {_own(said, 'names_no_parcel')}")
    return "\n".join([str(said["code"]), *(f"  {body}" for body in bodies or [UNKNOWN])])


def _own(said: Mapping[str, object], name: str) -> str:
    """Of a field beside which ``NAME_zh`` stands, the terminal's."""
    return str(said[f"{name}_zh" if terminal_language() == "zh" else name])


def _indented(lines: Iterable[str], by: str) -> str:
    return f"\n{by}".join(line for line in lines if line)


def _symbol(symbol: Mapping[str, object]) -> Iterator[str]:
    yield f"{symbol['carrier']}, {symbol['symbol']}: the number inside is {symbol['number']}"
    yield f"{symbol['says']}"
    numbers = symbol["readings"]
    assert isinstance(numbers, list)
    for reading in numbers:
        yield f"  {_indented(_body(reading), '      ')}"


def _body(reading: Mapping[str, object]) -> Iterator[str]:
    whose = dict.fromkeys(
        str(reading[name]) for name in ("carrier", "carrier_zh") if name in reading
    )
    yield ": ".join(filter(None, (" / ".join(whose), _own(reading, "is"))))
    if isinstance(indicator := reading["indicator"], dict):
        yield in_either(indicator)
    if reading["no_such_post"]:
        yield f"{reading['country']}: {NO_POST}"
    yield str(reading["digit_says"])
    yield str(reading.get("recognised_says", ""))
    yield f"track: {reading['track']}" if reading.get("track") else ""
    services = reading["services"]
    assert isinstance(services, list)
    for service in services:
        yield f"{service['names'][0]}: {service['says']}".removesuffix(": ")
