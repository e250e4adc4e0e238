"""What a provider's refusal means for the person who has to put it right: a table, from the top.

`error` is RFC 6749's (4.1.2.1, 5.2) or RFC 8628's (3.5). Microsoft's own numbers (AADSTS) say
more and stand first; they may change, so each class ends in a rule by the standard's word alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desktop.errors import DeliveryError
from desktop.frozen import dataclass
from desktop.models.delivery import GrantState
from desktop.texts import clean

_SHOWN = 160


class SignInError(DeliveryError):
    """There is no token. `lasting`: somebody has to do something; `ends`: the grant is over."""

    def __init__(
        self, code: str, *, lasting: bool, ends: GrantState | None = None, **params: str | int
    ) -> None:
        super().__init__(code, **params)
        self.lasting = lasting
        self.ends = ends


@dataclass(frozen=True)
class Rule:
    """Applies where one of `numbers` is given, or `error` and `words` match; first match counts."""

    code: str
    error: str = ""
    words: str = ""
    numbers: frozenset[int] = frozenset()
    ends: GrantState | None = None
    lasting: bool = True


_EXPIRED, _REVOKED = GrantState.EXPIRED, GrantState.REVOKED

RULES: tuple[Rule, ...] = (
    Rule("sign-in-busy", numbers=frozenset({90033, 90056, 50196, 1002016, 90006}), lasting=False),
    Rule("sign-in-expired", numbers=frozenset({700082, 70008, 70043, 700084, 700081}), ends=_EXPIRED),
    Rule("sign-in-revoked", numbers=frozenset({50173, 50132, 50133, 70000, 54005, 70002}), ends=_REVOKED),
    Rule("sign-in-account-off", numbers=frozenset({50057, 50034, 50055, 50053, 50020, 51004}), ends=_REVOKED),
    Rule("sign-in-consent", numbers=frozenset({65001, 65004, 90094, 90093, 90095, 50105, 650056})),
    Rule(
        "sign-in-policy",
        numbers=frozenset({53003, 53000, 53001, 53002, 53004, 530002, 530003, 530034})
        | frozenset({50076, 50079, 50072, 50074, 50078, 50158, 135010, 135011}),
        ends=_EXPIRED,
    ),
    Rule("sign-in-tenant-wrong", numbers=frozenset({90002, 90072, 50128, 50059, 900023, 700051})),
    Rule(
        "sign-in-app-setup",
        numbers=frozenset({50011, 9002326, 9002327, 500113, 650052, 650057, 70011, 7000218, 500011, 70001}),
    ),
    Rule("sign-in-app-wrong", numbers=frozenset({700016, 7000215, 7000222, 7000112, 900144, 50194})),
    Rule("sign-in-busy", "temporarily_unavailable|server_error", lasting=False),
    Rule("sign-in-declined", "access_denied|authorization_declined"),
    Rule("sign-in-timeout", "expired_token|code_expired"),
    Rule("sign-in-policy", "invalid_grant", words=r"invalid_rapt|reauth", ends=_EXPIRED),
    Rule("sign-in-policy", "admin_policy_enforced|policy_enforced|interaction_required", ends=_EXPIRED),
    Rule("sign-in-policy", "login_required", ends=_EXPIRED),
    Rule(
        "sign-in-account-off",
        "invalid_grant",
        words=r"account (?:has been )?(?:deleted|disabled)",
        ends=_REVOKED,
    ),
    Rule("sign-in-revoked", "invalid_grant", words=r"revoked", ends=_REVOKED),
    Rule("sign-in-expired", "invalid_grant", ends=_EXPIRED),
    Rule("sign-in-consent", "consent_required|org_internal|admin_consent_required"),
    Rule("sign-in-app-setup", "redirect_uri_mismatch|invalid_scope|unsupported_grant_type|invalid_request"),
    Rule("sign-in-app-wrong", "invalid_client|unauthorized_client|deleted_client|disabled_client"),
    Rule("sign-in-refused"),
)


def refusal(name: str, error: str, description: str, numbers: frozenset[int] = frozenset()) -> SignInError:
    """The known error for what the provider `name` said; its own words go along, cut and cleaned."""
    numbers = numbers or frozenset(int(one) for one in re.findall(r"AADSTS(\d{4,8})", description))
    for rule in RULES:
        if _fits(rule, error, description, numbers):
            said = clean(f"{error}: {description}" if description else error)[:_SHOWN]
            return SignInError(rule.code, lasting=rule.lasting, ends=rule.ends, provider=name, reply=said)
    raise ValueError(error)


def refusal_of(name: str, answer: Mapping[str, object]) -> SignInError:
    """As `refusal`, from the JSON of a token endpoint."""
    codes = answer.get("error_codes")
    numbers = frozenset(one for one in codes if type(one) is int) if isinstance(codes, list) else frozenset()
    words = " ".join(str(answer[key]) for key in ("error_description", "error_subtype") if key in answer)
    return refusal(name, str(answer.get("error", "")), words, numbers)


def _fits(rule: Rule, error: str, description: str, numbers: frozenset[int]) -> bool:
    if rule.numbers:
        return bool(rule.numbers & numbers)
    if rule.error and not re.fullmatch(rule.error, error):
        return False
    return not rule.words or re.search(rule.words, description, re.IGNORECASE) is not None
