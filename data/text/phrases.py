"""Words with which people close a message, in nine languages; lower case, without punctuation."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, so that long lists stay readable."""
    return frozenset(words.split())


def fold(text: str) -> str:
    """Return a text without case: straight apostrophes, and the dotted capital İ as i."""
    if text.isascii():
        return text.lower()  # the same, at half the cost; most words are
    return text.casefold().replace("i\u0307", "i").replace("’", "'")


CLOSINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "regards", "best regards", "kind regards", "kindest regards", "warm regards",
        "warmest regards", "with kind regards", "with best regards", "sincerely",
        "yours sincerely", "sincerely yours", "yours faithfully", "yours truly", "best wishes",
        "with best wishes", "respectfully", "cordially", "all the best", "cheers", "best", "br",
        "rgds", "many thanks and kind regards", "thanks and regards", "thanks & regards",
        "thank you and kind regards", "take care", "yours", "love", "kr",
    ),
    "de": (
        "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß",
        "mit freundlichem gruss", "freundliche grüße", "freundliche grüsse", "viele grüße",
        "viele grüsse", "vielen dank und viele grüße", "vielen dank und freundliche grüße",
        "beste grüße", "beste grüsse", "mit besten grüßen", "mit besten grüssen", "liebe grüße",
        "liebe grüsse", "herzliche grüße", "herzliche grüsse", "schöne grüße", "schöne grüsse",
        "mit vielen grüßen", "mit herzlichen grüßen", "mit lieben grüßen", "hochachtungsvoll",
        "gruß", "gruss", "grüße", "grüsse", "lieben gruß", "viele liebe grüße", "mfg", "mit fg",
        "lg", "vg", "beste grüße aus", "schönen gruß", "freundlichst", "bg", "danke und gruß",
        "danke und viele grüße", "danke und liebe grüße",
    ),
    "fr": (
        "cordialement", "bien cordialement", "très cordialement", "cordialement vôtre",
        "bien à vous", "bien à toi", "cdlt", "cdt", "salutations", "sincères salutations",
        "salutations distinguées", "meilleures salutations", "mes salutations distinguées",
        "sincèrement", "respectueusement", "amicalement", "amitiés", "bien amicalement",
        "veuillez agréer mes salutations distinguées", "avec mes remerciements",
        "bonne journée", "bonne soirée", "bonne réception", "à bientôt", "bien sincèrement",
        "merci et bonne journée", "très bonne journée", "dans l'attente de votre réponse",
        "dans l'attente de vous lire", "belle journée", "bises",
    ),
    "es": (
        "saludos", "un saludo", "saludos cordiales", "un cordial saludo", "cordialmente",
        "atentamente", "atte", "muy atentamente", "le saluda atentamente", "les saluda atentamente",
        "reciba un cordial saludo", "reciban un cordial saludo", "un abrazo", "abrazos",
        "sinceramente", "saludos y gracias", "gracias y saludos", "gracias y un saludo",
        "muchas gracias y un saludo", "buen día", "hasta pronto", "respetuosamente", "slds",
        "a la espera de su respuesta", "quedo a la espera", "besos", "un fuerte abrazo",
    ),
    "it": (
        "cordiali saluti", "distinti saluti", "saluti", "un saluto", "un cordiale saluto",
        "un caro saluto", "cari saluti", "tanti saluti", "i migliori saluti", "migliori saluti",
        "cordialmente", "buona giornata", "buona serata", "a presto", "in attesa di riscontro",
        "in attesa di una vostra risposta", "in fede", "grazie e saluti", "grazie e buona giornata",
        "grazie e cordiali saluti", "con i migliori saluti", "porgo distinti saluti",
        "con osservanza", "buon lavoro", "un abbraccio", "saluti cordiali", "cordialità", "baci",
    ),
    "nl": (
        "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet",
        "vriendelijke groeten", "hartelijke groet", "hartelijke groeten", "groet", "groeten",
        "groetjes", "met hartelijke groet", "met hartelijke groeten", "hoogachtend", "mvg",
        "met groet", "beste groet", "beste groeten", "veel groeten", "lieve groet",
        "lieve groetjes", "gr", "vr gr", "bedankt en groeten", "fijne dag", "fijne avond",
        "prettige dag", "tot ziens", "met beste groeten", "hgr",
    ),
    "pl": (
        "pozdrawiam", "z poważaniem", "pozdrawiam serdecznie", "serdecznie pozdrawiam",
        "pozdrowienia", "z wyrazami szacunku", "łączę pozdrowienia", "z pozdrowieniami",
        "dziękuję i pozdrawiam", "pozdro", "serdeczności", "miłego dnia", "z góry dziękuję",
        "życzę miłego dnia", "z uszanowaniem", "ukłony", "serdeczne pozdrowienia", "pozdr",
        "pozdrawiamy", "z szacunkiem", "najlepsze pozdrowienia",
    ),
    "pt": (
        "cumprimentos", "com os melhores cumprimentos", "melhores cumprimentos",
        "os meus cumprimentos", "atenciosamente", "cordialmente", "att", "atte", "abraço",
        "um abraço", "abraços", "saudações", "cordiais cumprimentos", "com cumprimentos",
        "respeitosamente", "até breve", "bom dia e obrigado", "sem mais", "grato", "grata",
        "bom trabalho", "tenha um bom dia", "beijos", "cumps", "sinceramente",
        "com estima", "desde já agradeço",
    ),
    "tr": (
        "saygılarımla", "saygılarımızla", "saygılar", "sevgiler", "selamlar", "iyi günler",
        "iyi çalışmalar", "kolay gelsin", "en içten dileklerimle", "iyi akşamlar", "hoşça kalın",
        "hoşçakalın", "sevgilerimle", "saygı ve sevgilerimle", "iyi günler dilerim",
        "iyi çalışmalar dilerim", "görüşmek üzere", "selam ve saygılarımla", "saygılarımı sunarım",
    ),
}  # fmt: skip
"""Closing phrases: what follows one on the next line is a signature."""

THANKS: dict[str, tuple[str, ...]] = {
    "en": (
        "thanks", "thank you", "many thanks", "thanks a lot", "thanks so much", "thx", "ty",
        "thank you very much", "thanks again", "thanks in advance", "thank you in advance",
        "thank you so much", "much appreciated", "thanks for your help", "tia",
        "thank you for your help", "with thanks", "thank you again", "ta",
    ),
    "de": (
        "danke", "vielen dank", "besten dank", "herzlichen dank", "danke schön", "dankeschön",
        "danke im voraus", "vielen dank im voraus", "danke vorab", "vielen lieben dank",
        "danke sehr", "tausend dank", "vielen dank vorab", "danke nochmal", "ich danke ihnen",
    ),
    "fr": (
        "merci", "merci beaucoup", "merci d'avance", "merci par avance", "avec mes remerciements",
        "je vous remercie", "merci à vous", "mille mercis", "grand merci", "merci bien",
        "vous remerciant par avance", "merci encore",
    ),
    "es": (
        "gracias", "muchas gracias", "mil gracias", "gracias de antemano", "muchísimas gracias",
        "gracias por todo", "gracias por su ayuda", "gracias por adelantado", "se lo agradezco",
    ),
    "it": (
        "grazie", "grazie mille", "tante grazie", "molte grazie", "grazie in anticipo",
        "grazie infinite", "vi ringrazio", "la ringrazio", "ringrazio anticipatamente",
        "grazie ancora", "grazie per l'aiuto", "mille grazie",
    ),
    "nl": (
        "bedankt", "dank u", "dank je", "dank u wel", "dankjewel", "hartelijk dank",
        "alvast bedankt", "bij voorbaat dank", "heel erg bedankt", "dank", "hartelijk bedankt",
        "alvast dank", "veel dank", "bvd",
    ),
    "pl": (
        "dziękuję", "dzięki", "dziekuje", "dzieki", "dziękuję bardzo", "bardzo dziękuję",
        "z góry dziękuję", "wielkie dzięki", "dziękujemy", "dziękuję za pomoc",
        "dziękuję z góry", "serdecznie dziękuję",
    ),
    "pt": (
        "obrigado", "obrigada", "muito obrigado", "muito obrigada", "obrigado desde já",
        "obrigada desde já", "desde já obrigado", "desde já obrigada", "agradeço", "obg", "obgd",
        "agradecido", "agradecida", "agradeço desde já", "obrigado pela ajuda",
        "grato pela atenção",
    ),
    "tr": (
        "teşekkürler", "teşekkür ederim", "çok teşekkürler", "çok teşekkür ederim", "sağ olun",
        "şimdiden teşekkürler", "şimdiden teşekkür ederim", "sağolun", "teşekkür ederiz", "tşk",
        "tesekkurler", "tesekkur ederim",
    ),
}  # fmt: skip
"""Thanks: a message of its own when alone, a closing when a name follows."""

GREETINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "dear", "hello", "hi", "hey", "good morning", "good afternoon", "good evening",
        "hello there", "hi there", "greetings",
    ),
    "de": (
        "sehr geehrter", "sehr geehrte", "sehr geehrtes", "guten tag", "guten morgen",
        "guten abend", "hallo", "lieber", "liebe", "liebes", "moin", "servus", "grüezi",
        "grüß gott", "werter", "werte", "schönen guten tag",
    ),
    "fr": (
        "bonjour", "bonsoir", "cher", "chère", "chers", "chères", "salut", "coucou", "bjr", "allô",
    ),
    "es": (
        "hola", "buenos días", "buenas tardes", "buenas noches", "buenas", "estimado", "estimada",
        "estimados", "querido", "querida", "apreciado", "apreciada", "muy buenas", "hola buenas",
        "distinguido", "distinguida",
    ),
    "it": (
        "ciao", "buongiorno", "buonasera", "salve", "gentile", "gentilissimo", "gentilissima",
        "egregio", "egregia", "caro", "cara", "spettabile", "buon giorno", "buona sera", "gent.mo",
        "gent.ma", "egr.",
    ),
    "nl": (
        "beste", "hallo", "hoi", "geachte", "goedemorgen", "goedemiddag", "goedenavond",
        "goedendag", "dag", "lieve", "hi", "hey", "goeiemorgen", "goedenmiddag",
    ),
    "pl": (
        "dzień dobry", "cześć", "hej", "witam", "szanowny", "szanowna", "szanowni", "drogi",
        "droga", "dobry wieczór", "witaj", "siema", "dzien dobry", "czesc",
    ),
    "pt": (
        "olá", "oi", "bom dia", "boa tarde", "boa noite", "caro", "cara", "caros", "prezado",
        "prezada", "prezados", "estimado", "estimada", "exmo", "exma", "exmos", "querido",
        "querida", "viva", "ola", "exmo.", "exma.", "ilmo.", "ilma.",
    ),
    "tr": (
        "merhaba", "merhabalar", "sayın", "selam", "selamlar", "iyi günler", "günaydın", "sevgili",
        "iyi akşamlar", "değerli", "kıymetli",
    ),
}  # fmt: skip
"""Words that open a message; what follows one may be a name."""
