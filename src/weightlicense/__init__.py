"""May we do this with this model, on what conditions, and how do you know?

>>> import weightlicense as wl
>>> report = wl.check(license="apache-2.0", use="internal use")
>>> report.verdict
'permitted'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weightlicense import catalogue
    from weightlicense.assessment import check
    from weightlicense.auditing import audit
    from weightlicense.errors import (
        BreachError,
        DataError,
        NeedsLicenseError,
        NotGrantedError,
        PolicyDeniedError,
        ProhibitedError,
        UndeterminedError,
        UsageError,
        VerdictError,
        WeightlicenseError,
    )
    from weightlicense.finding import Report
    from weightlicense.recognition import Match, identify

__all__ = [
    "BreachError",
    "DataError",
    "Match",
    "NeedsLicenseError",
    "NotGrantedError",
    "PolicyDeniedError",
    "ProhibitedError",
    "Report",
    "UndeterminedError",
    "UsageError",
    "VerdictError",
    "WeightlicenseError",
    "audit",
    "catalogue",
    "check",
    "identify",
]

_HOMES = {
    "audit": "auditing",
    "check": "assessment",
    "Report": "finding",
    "Match": "recognition",
    "identify": "recognition",
}


def __getattr__(name: str) -> Any:
    """Public names come from their modules when first asked for: importing the package stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module 'weightlicense' has no attribute {name!r}")
    from importlib import import_module

    if name == "catalogue":
        return import_module("weightlicense.catalogue")
    return getattr(import_module(f"weightlicense.{_HOMES.get(name, 'errors')}"), name)
