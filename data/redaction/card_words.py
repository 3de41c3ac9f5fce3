"""Words around the expiry and the check code of a payment card, in nine languages."""

EXPIRIES = (
    r"exp(?:iry|ires?|ired|iring|iration|ir[ae](?:rá|ra)?)?(?:[- ]?date)?|good thru"
    r"|valid(?:ity)?(?: date)?(?: (?:thru|through|until|till|to|upto))?"
    r"|g(?:ü|ue)ltig(?:keit(?:sdatum|sende)?)? ?(?:bis)?|abl(?:auf(?:datum|end)?|äuft)|gilt bis"
    r"|l(?:ä|ae)uft|verfall(?:s?datum)?|verfällt"
    r"|validité|(?:valable|valide) jusqu['’]?(?:à|au|en)?|date d['’]expiration"
    r"|cad(?:uca(?:rá)?|ucidad)?|v(?:á|a)lid[ao]s? (?:hasta|até|ate)|ven(?:ce|c|cimiento|cimento)"
    r"|scad(?:e|rà|enza)?|valida? fino(?: a[l]?)?"
    r"|geldig(?:heid)?(?: tot| t/m)?|verval(?:t|datum)?|verloopt|vervaldatum"
    r"|ważn(?:a|y|e|ość|ości) ?(?:do)?|data ważności|termin ważności|wygasa|traci ważność"
    r"|validade|val|expira"
    r"|son kullan(?:ma|ım)(?: tarihi)?|skt|(?:son )?ge(?:ç|c)erlilik(?: tarihi)?|ge(?:ç|c)erli"
)
"""The month up to which something is valid stands behind one of these."""

EXPIRY_HINTS = (
    "exp", "val", "thru", "gültig", "gueltig", "gilt", "abl", "läuft", "laeuft", "verf", "cad",
    "válid", "venc", "vence", "scad", "geld", "verv", "verl", "ważn", "wygasa", "kulla", "skt",
    "gecer", "geçer",
)  # fmt: skip

JOINERS = (
    r"date|datum|data|tarihi|is|was|ist|war|lautet|est|es|è|é|jest|to|the|der|die|das|le|la|il|el"
    r"|o|a|de|du|of|on|in|im|am|en|em|op|w|do|bis|tot|until|thru|hasta|até|fino|al|au|à|el|next"
    r"|end|ende|fin|ab|dia|mes|mm|m|yy|yyyy|jj|jjjj|aa|aaaa|rr|rrrr|card|my|karte|meiner|carte|ma"
    r"|tarjeta|mi|carta|della|mia|kaart|van|mijn|karty|mojej|cartão|meu|kartın|kartımın"
)
"""Words between one of the words above and its month."""

CODES = (
    r"c[vs][vc]2?|cvn2?|svv|cryptogramme|(?:karten)?pr(?:ü|ue)f(?:nummer|ziffern?|nr|code)"
    r"|card verification (?:value|code|number)|(?:card )?security (?:code|number)"
    r"|(?:three|3)[- ]digits?(?: (?:security |secret )?(?:code|number))?"
    r"|(?:last|letzten) (?:three|3|drei) (?:digits|ziffern)"
    r"|sicherheits(?:code|nummer)|(?:drei|3)[- ]?stellige[rn]? (?:code|nummer|zahl)"
    r"|code (?:de s(?:é|e)curit(?:é|e)|(?:au|du) (?:dos|verso)|à (?:3|trois) chiffres)"
    r"|c(?:ó|o)digo (?:de seguridad|de seguran(?:ç|c)a|de tres|de três)"
    r"|codice (?:di sicurezza|a tre cifre|sul retro)|(?:beveiligings|veiligheids)code"
    r"|kod (?:zabezpiecz\w+|bezpieczeństwa|weryfikacyjny)"
    r"|g(?:ü|u)venlik (?:kod\w{0,3}|numara\w{0,3})"
)
"""The check code of a card stands behind one of these."""

SURE_CODES = (
    r"c[vs][vc]2?|cvn2?|cryptogramme|(?:karten)?pr(?:ü|ue)f(?:nummer|ziffern?|nr|code)"
    r"|card (?:verification|security)\b.*"
)
"""Those of them that nothing but a card has."""

CODE_HINTS = (
    "cv", "cs", "svv", "cryptog", "prüf", "pruef", "verification", "security",
    "digit", "sicherheits", "stellige", "ziffern", "code ", "digo ", "codice", "beveilig",
    "veilig", "kod ", "venlik",
)  # fmt: skip

CODE_JOINERS = (
    r"code|number|no|nr|num|nummer|ziffer|numéro|número|numero|numer|numarası|kod|kodu|kodum|value"
    r"|visuel|is|was|are|ist|lautet|lauten|est|es|è|é|e|jest|to|the|der|die|das|le|la|il|el|o|a|i"
    r"|si|sı|u|su|on|back|of|my|mein|meiner|card|auf|hinten|rückseite|karte|kreditkarte|au|dos"
    r"|verso|de|du|ma|carte|al|dorso|reverso|detrás|mi|tarjeta|sul|sulla|retro|della|mia|carta|op"
    r"|achterkant|achterop|van|kaart|mijn|na|odwrocie|z|tyłu|karty|mojej|no|do|cartão|meu|em|en"
    r"|kartın|kartımın|arkasındaki|arka|cvc2?|cvv2?"
    r"|[34][- ]?(?:digits?|stellig\w{0,2}|chiffres|cifre|cifras|cijfers|cyfry|d[ií]gitos|haneli)"
)
"""Words between one of the words above and its digits."""

OTHER_CARDS = (
    r"(?:gift|loyalty|store|sim|e-?sim|id|identity|member(?:ship)?|travel|rail|season|bus|club"
    r"|bonus|points|discount|green|report|memory|sd|graphics|video|sound|network|business|library"
    r"|geschenk|kunden|treue|bahn|sim-|ausweis-|gutschein)[- ]?(?:cards?|karten?)"
    r"|carte (?:cadeaux?|(?:de )?fidélité|sim|d['’]identité|grise|vitale|de (?:membre|séjour)"
    r"|d['’](?:abonnement|embarquement)|jeune|avantage)"
    r"|tarjetas? (?:(?:de )?regalo|sim|de (?:fidel\w+|embarque|socio|transporte|puntos)|sanitaria)"
    r"|carta (?:regalo|fedeltà|d['’](?:identità|imbarco)|sim|sconto)"
    r"|kart\w{0,2} (?:podarunkow|upominkow|lojalno|sim|stałego|pobytu|miejsk|rabatow)\w*"
    r"|cart(?:ão|ao|ões) (?:presente|oferta|d[eo] cidadão|(?:de )?fidelidade|sim|de embarque"
    r"|de sócio|de visita|de desconto)"
    r"|(?:hediye|sim|kimlik|sadakat|ulaşım|indirim) kart\w*"
)
"""Cards that no one pays with at a bank."""

CARDS = (
    r"(?:credit|debit|bank|payment|visa|master)?[- ]?cards?|visa|mastercard|maestro|amex"
    r"|american express|(?:kredit|bank|ec|giro|debit|zahlungs|visa)?-?karten?(?:nummer)?|girocard"
    r"|cartes?|cb|tarjetas?|cart[ae]|(?:bank|betaal|pin|credit)?kaart(?:nummer)?|creditcard|pinpas"
    r"|bankpas|betaalpas|kart(?:a|y|ę|ą|ie)|cart(?:ão|ao|ões|oes)|kart(?:ı\w{0,4}|ım\w{0,4})?"
    r"|cv[vc]2?|cryptogramme"
)
"""Words for a payment card, and for its check code."""
