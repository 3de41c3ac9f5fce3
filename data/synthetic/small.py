"""A handful of articles and tickets for fast tests."""

import pandas as pd

from data.knowledge import read_articles
from data.synthetic.bank import SAMPLES

_LUMEN = (
    "returns-en",
    "returns-fr",
    "returns-de",
    "invoices-en",
    "invoices-fr",
    "order-tracking-en",
)
_VERDANT = ("plant-delivery", "verdant-invoices")

_TICKETS = {
    "billing.invoice_copy": (
        "Please send me the invoice for LL-204518.",
        "I need a copy of my invoice for my accountant.",
        "Where can I download my receipt?",
        "The VAT number on the invoice is wrong.",
        "Pouvez-vous m'envoyer ma facture ?",
        "Il me faut la facture de la commande LL-318822.",
        "Le nom de la société manque sur la facture.",
        "Können Sie mir die Rechnung schicken?",
        "Ich brauche eine Kopie der Rechnung für die Steuer.",
        "Auf der Rechnung fehlt unsere Firma.",
    ),
    "support.return_exchange": (
        "How do I send the blanket back?",
        "Can I exchange the lamp for a white one?",
        "I can't find the return label.",
        "How long do I have to return something?",
        "Comment renvoyer la couverture ?",
        "Je voudrais échanger contre une autre taille.",
        "Mon étiquette de retour a expiré.",
        "Wie kann ich die Lampe zurückschicken?",
        "Kann ich die Decke gegen eine andere Farbe umtauschen?",
        "Wo bekomme ich das Rücksendeetikett?",
    ),
    "support.order_status": (
        "Where is my order LL-771203?",
        "When will my parcel arrive?",
        "Has my lamp been sent yet?",
        "The tracking link shows nothing.",
        "Où en est ma commande LL-550417 ?",
        "Quand est-ce que mon colis arrive ?",
        "Je n'ai pas de numéro de suivi.",
        "Wo bleibt meine Bestellung?",
        "Wann wird mein Paket geliefert?",
        "Ist die Lampe schon verschickt?",
    ),
    "support.password_reset": (
        "I forgot my password.",
        "My account is locked after too many attempts.",
        "The reset e-mail never arrives.",
        "I can't log in any more.",
        "J'ai oublié mon mot de passe.",
        "Mon compte est bloqué.",
        "Je n'arrive plus à me connecter.",
        "Ich habe mein Passwort vergessen.",
        "Mein Konto ist gesperrt.",
        "Ich kann mich nicht mehr einloggen.",
    ),
}
_FRENCH = range(4, 7)


def small_knowledge() -> pd.DataFrame:
    """Return eight approved articles of two clients in three languages.

    Returns
    -------
    DataFrame
        A valid articles table: six articles of ``lumen``, two of ``verdant``.
    """
    lumen, _ = read_articles(SAMPLES / "articles", "lumen")
    verdant, _ = read_articles(SAMPLES / "verdant" / "articles", "verdant")
    both = pd.concat([lumen, verdant], ignore_index=True)
    return both[both["article_id"].isin(_LUMEN + _VERDANT)].reset_index(drop=True)


def small_tickets() -> pd.DataFrame:
    """Return forty labelled texts: four intents, ten texts each, in three languages.

    Returns
    -------
    DataFrame
        Columns ``text``, ``intent`` and ``language``, intents taking turns.
    """
    rows = [
        {"text": texts[i], "intent": intent, "language": _language(i)}
        for i in range(10)
        for intent, texts in _TICKETS.items()
    ]
    return pd.DataFrame(rows)


def _language(position: int) -> str:
    if position in _FRENCH:
        return "fr"
    return "en" if position < _FRENCH.start else "de"
