"""Who pays the return freight: four rules as data. Pure but for its table."""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Template

import msgspec

from samebag.core.words import Words
from samebag.settings import SettingsError

SELLER, GUARANTEE = "seller", "guarantee"


class FreightRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``needs_share``: per cent of the seller's are agreed; ``needs_guarantee``: the store has
    joined that service."""

    name: str
    when: str
    zh: str
    en: str
    source: str
    needs_share: bool = False
    needs_guarantee: bool = False


class _FreightTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[FreightRule, ...]


@cache
def rules() -> dict[str, FreightRule]:
    text = resources.files(__package__).joinpath("freight.toml").read_bytes()
    return {rule.name: rule for rule in msgspec.toml.decode(text, type=_FreightTable).rule}


def sellers_fault(*, return_guarantee: bool) -> Words:
    """After a mix-up."""
    return freight(
        GUARANTEE if return_guarantee else SELLER, None, return_guarantee=return_guarantee
    )


def freight(name: str, seller_percent: int | None, *, return_guarantee: bool) -> Words:
    """What the buyer is told. Raises SettingsError where the rule does not fit."""
    rule = rules().get(name)
    if rule is None:
        raise SettingsError(f"return freight {name}: must be one of {', '.join(rules())}")
    if rule.needs_guarantee and not return_guarantee:
        raise SettingsError(
            f"return freight {name}: store.return_guarantee = false: set it, or choose another rule"
        )
    if rule.needs_share != (seller_percent is not None):
        need = "needs --seller-percent" if rule.needs_share else "takes no --seller-percent"
        raise SettingsError(f"return freight {name}: {need}: correct it")
    share = seller_percent or 0
    if not 0 <= share <= 100:
        raise SettingsError(f"--seller-percent {share}: must be 0-100")
    fields = {"seller": str(share), "buyer": str(100 - share)}
    return Words(Template(rule.zh).substitute(fields), Template(rule.en).substitute(fields))
