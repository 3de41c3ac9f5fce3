"""The facts around one ticket: its order, shipment and payment, and the slots they fill."""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from numpy.random import Generator

from data.synthetic.bank import load_bank, pick, with_article
from data.synthetic.noise import iban
from data.synthetic.people import LAUNCH_WEEK, Person
from data.synthetic.plan import KINDS

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_CODES: Final = ("WELCOME10", "SPRING15", "LOOM5", "BDAY-7K2Q", "LINEN20", "HELLO10")
_CLUB: Final = (3.90, 6.90, 39.0, 69.0)
_CARRIERS: Final = ("ParcelFox", "NordPost")
_PAYMENTS: Final = ("card", "card", "card", "paypal", "bank_transfer")
_SMART: Final = "Nimbus"
_SMART_INTENTS: Final = ("onboarding.first_setup", "onboarding.integration", "bug.app_error")


@dataclass(frozen=True)
class Facts:
    """What the shop knows (``context``) and what the customer may say (``slots``)."""

    context: dict[str, Any]
    slots: dict[str, str]


def make_facts(person: Person, intent: str, at: pd.Timestamp, week: int, rng: Generator) -> Facts:
    """Invent an order that fits ``intent`` and the words to speak of it.

    Parameters
    ----------
    person : Person
    intent : str
    at : Timestamp
        When the ticket is written, UTC.
    week : int
        Week of the sample; the smart lamp sells from the launch on.
    rng : Generator
    """
    bank = load_bank(person.language)
    lamps = [lamp for lamp in bank.slot("lamp") if (_SMART in lamp) <= (week >= LAUNCH_WEEK)]
    if intent in _SMART_INTENTS and week >= LAUNCH_WEEK and rng.random() < 0.6:
        lamps = [lamp for lamp in lamps if _SMART in lamp] or lamps
    lamp, textile = pick(rng, lamps), pick(rng, bank.slot("textile"))
    item = pick(rng, (lamp, textile))
    placed = at - pd.Timedelta(hours=float(rng.uniform(0.2, 3.0)))
    if KINDS[intent].order_status != "paid":
        placed = at - pd.Timedelta(days=float(rng.uniform(2.0, 26.0)))
    context = _context(person, intent, at, placed, item, rng)
    slots = {"lamp": lamp, "textile": textile, "item": item}
    slots |= _said(person, intent, at, context, rng)
    if person.language == "en":
        slots |= {"a_item": with_article(item), "my_item": f"my {item}", "My_item": f"My {item}"}
    for name in ("colour", "hub", "rival", "country", "city", "street", "browser"):
        slots[name] = pick(rng, bank.slot(name))
    for name in ("phone_model", "plan", "lamp_plural"):
        slots[name] = pick(rng, bank.slot(name))
    woman = person.name.split()[0] in bank.lines("feminine")
    slots |= {"e": "e" if woman else "", "kunde": "Kundin" if woman else "Kunde"}
    slots["lamp2"] = pick(rng, [other for other in bank.slot("lamp2") if other not in lamp])
    return Facts(context, slots)


def day(at: pd.Timestamp, language: str, style: int = 0) -> str:
    """Write a date as people of ``language`` do.

    >>> day(pd.Timestamp("2026-03-02"), "de"), day(pd.Timestamp("2026-03-02"), "en")
    ('2. März', '2 March')
    """
    if style == 1:
        return (
            f"{at.day:02d}.{at.month:02d}." if language == "de" else f"{at.day:02d}/{at.month:02d}"
        )
    month = _MONTHS[language].split()[at.month - 1]
    if language == "fr" and at.day == 1:
        return f"1er {month}"
    return f"{at.day}{'.' if language == 'de' else ''} {month}"


def money(amount: float, language: str) -> str:
    """Write an amount in euros.

    >>> money(49.9, "fr"), money(49.9, "en")
    ('49,90 €', '€49.90')
    """
    return f"€{amount:.2f}" if language == "en" else f"{amount:.2f} €".replace(".", ",")


def _context(
    person: Person,
    intent: str,
    at: pd.Timestamp,
    placed: pd.Timestamp,
    item: str,
    rng: Generator,
) -> dict[str, Any]:
    status = KINDS[intent].order_status
    order = {
        "id": f"LL-{int(rng.integers(100_000, 999_999))}",
        "status": status,
        "item": item,
        "placed_at": placed.floor("s").isoformat(),
        "amount": f"{float(rng.uniform(19, 260)):.2f}",
        "currency": "EUR",
    }
    context: dict[str, Any] = {"order": order}
    if status in ("shipped", "delivered", "returned"):
        context["shipment"] = {
            "carrier": pick(rng, _CARRIERS),
            "tracking_number": f"PF{int(rng.integers(10**9, 10**10))}",
            "status": "in_transit" if status == "shipped" else status,
            "eta": (at + pd.Timedelta(days=int(rng.integers(1, 5)))).date().isoformat(),
        }
    if intent == "support.delivery_problem":
        context["shipment"]["case_number"] = f"CF-{int(rng.integers(10_000, 99_999))}"
    if intent == "presales.availability":
        restock = at + pd.Timedelta(days=int(rng.integers(6, 40)))
        context["stock"] = {"restock_date": restock.date().isoformat()}
    context["payment"] = {
        "method": pick(rng, _PAYMENTS),
        "status": "failed" if status == "unpaid" else "paid",
    }
    if person.plan:
        renewal = at + pd.Timedelta(days=int(rng.integers(2, 30)))
        context["account"] = {"plan": person.plan, "renewal_date": renewal.date().isoformat()}
    return context


def _said(
    person: Person, intent: str, at: pd.Timestamp, context: dict[str, Any], rng: Generator
) -> dict[str, str]:
    language, order = person.language, context["order"]
    style = int(rng.random() < 0.3)
    club = intent.startswith("retention_risk") or rng.random() < 0.15
    amount = pick(rng, _CLUB) if club else float(order["amount"])
    days = int(rng.integers(3, 18))
    past = at - pd.Timedelta(days=days)
    soon = at + pd.Timedelta(days=int(rng.integers(2, 25)))
    shipment = context.get("shipment", {})
    return {
        "order": order["id"],
        "tracking": shipment.get("tracking_number", f"PF{int(rng.integers(10**9, 10**10))}"),
        "invoice": f"INV-2026-{int(rng.integers(10_000, 99_999))}",
        "date": day(past, language, style),
        "soon": day(soon, language, style),
        "days": str(days),
        "amount": money(amount, language),
        "code": pick(rng, _CODES),
        "qty": pick(rng, ("12", "20", "25", "30", "40", "60", "80", "120")),
        "small": pick(rng, ("2", "3", "4", "6")),
        "iban": iban(language, rng),
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
    }
