"""How often each intent occurs, which article answers it and what its orders look like."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator

from data.synthetic.people import LAUNCH_WEEK, Person

OUT_OF_SCOPE: Final = "out_of_scope"


class Answer(NamedTuple):
    """What agents use for an intent: names without the language at their end."""

    article: str = ""
    macro: str = ""
    macro_share: float = 0.0


class Kind(NamedTuple):
    """One intent of the sample: share, answer, growth after the launch, what its orders are."""

    share: float
    answer: Answer
    after_launch: float = 1.0
    order_status: str = "delivered"
    about_order: bool = True


_SAVE = Answer("procedure-save-offer")
_IDEA = Answer("", "mc-idea-noted", 1.0)

KINDS: Final[Mapping[str, Kind]] = {
    "support.order_status": Kind(
        9.5, Answer("order-tracking", "mc-order-status", 0.5), order_status="shipped"
    ),
    "support.delivery_problem": Kind(
        7.0,
        Answer("late-or-lost-parcel", "mc-investigation-opened", 0.4),
        order_status="shipped",
    ),
    "support.return_exchange": Kind(8.0, Answer("returns")),
    "support.damaged_item": Kind(7.0, Answer("damaged-item")),
    "support.password_reset": Kind(5.0, Answer("password-reset"), about_order=False),
    "support.how_to": Kind(4.0, Answer("dimmer-and-assembly")),
    "support.order_change": Kind(5.0, Answer("change-or-cancel-order"), order_status="paid"),
    "support.care_advice": Kind(3.5, Answer("textile-care")),
    "onboarding.first_setup": Kind(3.0, Answer("smart-lamp-setup"), after_launch=2.5),
    "onboarding.account_creation": Kind(3.0, Answer("create-account"), about_order=False),
    "onboarding.integration": Kind(2.7, Answer("connect-a-hub"), after_launch=2.5),
    "retention_risk.cancellation": Kind(
        4.0, Answer("loom-club", "mc-cancel-confirmed", 0.4), about_order=False
    ),
    "retention_risk.price": Kind(3.0, _SAVE, about_order=False),
    "retention_risk.competitor": Kind(2.7, _SAVE, about_order=False),
    "retention_risk.product_break": Kind(2.7, _SAVE, about_order=False),
    "presales.product_advice": Kind(3.0, Answer("choosing-size"), about_order=False),
    "presales.compatibility": Kind(
        3.0, Answer("compatibility"), after_launch=1.5, about_order=False
    ),
    "presales.quote": Kind(2.7, Answer("business-orders"), about_order=False),
    "presales.availability": Kind(
        4.0, Answer("", "mc-out-of-stock", 1.0), after_launch=1.5, about_order=False
    ),
    "billing.invoice_copy": Kind(7.5, Answer("invoices", "mc-invoice-resend", 0.5)),
    "billing.refund_status": Kind(6.0, Answer("refunds"), order_status="returned"),
    "billing.payment_failed": Kind(4.0, Answer("payment-failed"), order_status="unpaid"),
    "billing.unexpected_charge": Kind(3.0, Answer("unexpected-charge")),
    "billing.promo_code": Kind(4.0, Answer("promo-codes"), order_status="paid"),
    "billing.plan_change": Kind(3.0, Answer("loom-club"), about_order=False),
    "bug.app_error": Kind(3.0, Answer("app-problems"), after_launch=1.7, about_order=False),
    "bug.website_error": Kind(3.0, Answer("", "mc-website-error", 1.0)),
    "bug.wrong_data": Kind(2.7, Answer()),
    "feature_request.new_product": Kind(2.7, _IDEA, about_order=False),
    "feature_request.app_feature": Kind(2.7, _IDEA, about_order=False),
    "feature_request.service": Kind(2.7, _IDEA, about_order=False),
    OUT_OF_SCOPE: Kind(4.0, Answer()),
}
LABELS: Final = tuple(KINDS)

# Intents that people mix up, for labels set in a hurry.
CONFUSED: Final[Mapping[str, str]] = {
    "support.order_status": "support.delivery_problem",
    "support.delivery_problem": "support.order_status",
    "support.return_exchange": "billing.refund_status",
    "billing.refund_status": "support.return_exchange",
    "support.damaged_item": "support.return_exchange",
    "support.how_to": "onboarding.first_setup",
    "onboarding.first_setup": "support.how_to",
    "onboarding.integration": "onboarding.first_setup",
    "retention_risk.price": "retention_risk.cancellation",
    "retention_risk.cancellation": "billing.plan_change",
    "billing.plan_change": "retention_risk.cancellation",
    "retention_risk.product_break": "bug.app_error",
    "bug.app_error": "onboarding.first_setup",
    "bug.website_error": "billing.payment_failed",
    "presales.product_advice": "presales.compatibility",
    "presales.compatibility": "presales.product_advice",
    "billing.unexpected_charge": "billing.refund_status",
    "support.password_reset": "onboarding.account_creation",
}
_BY_SEGMENT: Final[Mapping[str, Mapping[str, float]]] = {
    "member": {"retention_risk": 1.8, "billing.plan_change": 2.2},
    "consumer": {"retention_risk": 0.5, "billing.plan_change": 0.3, "presales": 1.3},
    "business": {"presales.quote": 8.0, "billing.invoice_copy": 2.0, "retention_risk": 0.3},
}


def draw_intent(person: Person, week: int, rng: Generator) -> str:
    """Draw what ``person`` writes about in ``week`` (1 is the first)."""
    weights = _weights(person.segment, week >= LAUNCH_WEEK)
    return LABELS[int(np.searchsorted(weights, rng.random(), side="right"))]


def mislabel(label: str, rng: Generator) -> str:
    """Return the label of a hurried agent: most often the one that looks alike."""
    if label in CONFUSED and rng.random() < 0.7:
        return CONFUSED[label]
    others = [other for other in LABELS if other not in (label, OUT_OF_SCOPE)]
    return others[int(rng.random() * len(others))]


def _weights(segment: str, launched: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    factors = _BY_SEGMENT[segment]
    shares = []
    for label, kind in KINDS.items():
        factor = factors.get(label, factors.get(label.split(".")[0], 1.0))
        shares.append(kind.share * factor * (kind.after_launch if launched else 1.0))
    cumulative = np.cumsum(shares)
    weights: np.ndarray[tuple[int], np.dtype[np.float64]] = cumulative / cumulative[-1]
    return weights
