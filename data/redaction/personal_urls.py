"""Tell web addresses that belong to one person from those that anybody may open."""

import re
from itertools import pairwise

from data.text.phrases import word_set

# What a page is asked for by everybody alike.
_HARMLESS = word_set(
    """
    lang language locale hl gl l loc page p pg q query search suche recherche buscar cerca zoek
    sort sortby order sort_by size groesse taille talla taglia maat color colour farbe couleur
    colore kleur kolor cor renk variant variante category categoria catégorie categorie kategorie
    kategoria kategori cat ref source src campaign view tab v version format filter filtro country
    land pays pais region currency waehrung devise tema topic thema theme section sezione article
    artikel articulo product produkt produit producto prodotto produto urun sku item brand marke
    model id pid qty quantity start limit offset year month type typ print mode device platform os
    store
    """
)
_OF_PERSONS = word_set(
    """
    u user users profile profiles profil perfil profilo profiel member members membre membres
    mitglied mitglieder miembro membro socio usuario usuarios utente utenti utilisateur benutzer
    gebruiker użytkownik uzytkownik kullanici uye people person in seller sellers verkaeufer
    vendeur vendedor venditore customer customers kunde kunden client clients klant klient cliente
    """
)
_TO_CONFIRM = word_set(
    """
    reset activate activeer activar activer aktivieren attiva verify verif verifica verificar
    verifiera bestaetigen bestatigen confirm confirmer confirmar conferma bevestig potwierdz
    dogrula login signin unsubscribe abmelden invite einladung invitation invito zaproszenie davet
    sign signature unterschrift firma onb onboarding
    """
)
_NETWORKS = re.compile(
    r"(?:^|\.)(?:(?:facebook|fb|instagram|twitter|x|tiktok|linkedin|youtube|t|wa|vk|snapchat"
    r"|pinterest|threads|github|paypal|revolut|monzo|venmo|ko-fi|buymeacoffee)\.(?:com|me|net)"
    r"|cash\.app|linktr\.ee|bunq\.me|tikkie\.me|signal\.me)$"
)
_PAGES_OF_NETWORKS = word_set(
    "help about legal privacy terms explore watch business p reel share us gb de fr es it nl pl pt"
    " tr uk en smarthelp cgi-bin webapps myaccount signin disputes invoice"
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_HEX = re.compile(r"(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,}$", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_SHORTEST_TOKEN = 8
_LONG_TOKEN = 24


def is_personal(url: str) -> bool:
    """Tell whether an address names a person, or carries what only one person was given."""
    address = url.split("://", 1)[-1]
    place, _, query = address.partition("?")
    host, *path = place.split("#", 1)[0].split("/")
    segments = [segment for segment in path if segment]
    if any(_is_own(pair) for pair in query.split("#", 1)[0].split("&") if "=" in pair):
        return True
    if any(segment[:1] in "@~" or _is_token(segment) for segment in segments):
        return True
    if _NETWORKS.search(host.casefold()) and segments:
        return segments[0].casefold() not in _PAGES_OF_NETWORKS
    return any(
        before.casefold() in _OF_PERSONS
        or (before.casefold() in _TO_CONFIRM and any(c.isdigit() for c in after))
        for before, after in pairwise(segments)
    )


def _is_own(pair: str) -> bool:
    key, _, value = pair.partition("=")
    folded = key.casefold()
    if not value or folded.startswith("utm_"):
        return False
    return folded not in _HARMLESS or _is_token(value) or "@" in value


def _is_token(segment: str) -> bool:
    """Tell whether a piece of an address was drawn by lot: mixed letters and digits, no words."""
    if _UUID.match(segment) or _HEX.match(segment):
        return True
    if len(segment) < _SHORTEST_TOKEN or not segment.replace("_", "").isalnum():
        return False
    groups = len(_DIGITS.findall(segment))
    mixed = not (segment.isupper() or segment.islower())
    return groups > 1 and (mixed or len(segment) >= _LONG_TOKEN)
