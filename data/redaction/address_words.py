"""Words of postal addresses in nine languages: kinds of streets, parts of houses, countries."""

from data.text.phrases import word_set

STREETS_AFTER = (
    "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "close", "court",
    "ct", "crescent", "cres", "boulevard", "blvd", "way", "place", "pl", "square", "sq", "terrace",
    "gardens", "grove", "mews", "row", "parade", "highway", "hwy", "hill", "rise", "walk", "view",
    "park", "green", "quay", "wharf", "circle", "cir", "trail", "parkway", "pkwy", "loop", "path",
    "yard", "heights", "estate", "gate", "croft", "drove", "vale", "end", "field", "fields",
    "meadow", "meadows", "bank", "cross", "plaza", "turnpike", "pike", "alley", "nagar", "marg",
    "bypass", "esplanade", "ridge", "bend", "run", "common", "approach", "broadway", "strand",
)  # fmt: skip
"""English: they end the name of a street, after a number and a capital."""

STREETS_BEFORE = (
    "rue", "avenue", "av", "ave", "boulevard", "bd", "bld", "blvd", "place", "pl", "chemin", "ch",
    "allée", "allee", "allées", "impasse", "quai", "route", "rte", "cours", "square", "passage",
    "faubourg", "cité", "ruelle", "sentier", "rang", "montée", "esplanade", "villa", "résidence",
    "lotissement", "hameau", "lieu-dit", "lieudit", "promenade", "voie", "côte", "venelle",
    "calle", "c/", "c", "cl", "avda", "avenida", "plaza", "pza", "plza", "plaça", "paseo", "pº",
    "passeig", "camino", "carretera", "ctra", "ronda", "travesía", "glorieta", "carrer", "callejón",
    "carrera", "cra", "kr", "diagonal", "transversal", "calzada", "urbanización", "jirón", "jr",
    "privada", "cerrada", "pasaje", "psje", "rambla", "costanera", "vereda", "cuesta",
    "via", "viale", "v.le", "piazza", "piazzale", "p.zza", "p.za", "p.le", "corso", "c.so", "largo",
    "vicolo", "strada", "contrada", "c.da", "salita", "borgo", "località", "loc", "frazione",
    "fraz", "lungomare", "lungotevere", "lungarno", "calata", "discesa", "galleria", "rione",
    "praceta", "rotunda", "caminho", "viela", "cour", "clos", "traverse", "parvis",
    "bulevar", "plazuela", "sendero", "polígono", "traversa", "vico", "piazzetta", "riva",
    "fondamenta", "rua", "r", "travessa",
    "praça", "estrada", "alameda", "al", "calçada", "largo", "rodovia",
    "beco", "ladeira", "urb", "quinta", "azinhaga", "bairro", "servidão", "avª", "tv", "pç",
    "ul", "ulica", "ulicy", "ulicę", "aleja", "alei", "aleje", "aleję", "os", "osiedle", "osiedlu",
    "pl", "plac", "placu", "rondo", "bulwar", "skwer", "droga", "rynek", "wybrzeże",
)  # fmt: skip
"""They begin the name of a street."""

SURE_SHORT = frozenset({"ul", "av", "bd", "c/"})
"""Short ones that are no other word."""

STREET_ENDINGS = (
    "straße", "strasse", "str", "gasse", "allee", "platz", "weg", "damm", "ufer", "ring", "steig",
    "stieg", "chaussee", "markt", "graben", "gürtel", "kai", "zeile", "pfad", "hof", "brücke",
    "promenade", "wall", "stiege", "twiete", "redder", "kamp", "winkel", "berg", "feld", "park",
    "anger", "bogen", "grund", "tor", "leite", "bruch", "garten", "gärten", "siedlung",
    "straat", "straatweg", "steenweg", "laan", "gracht", "plein", "kade", "singel", "dijk", "steeg",
    "baan", "dreef", "hof", "lei", "pad", "vest", "wal", "haven", "hoek", "veld", "boulevard",
    "plantsoen", "poort", "erf", "burg", "markt",
)  # fmt: skip
"""German and Dutch: they end a compound, or stand alone, before the number."""

SURE_ENDINGS = (
    "straße", "strasse", "gasse", "allee", "platz", "weg", "damm", "chaussee", "steig", "ufer",
    "straat", "straatweg", "steenweg", "laan", "gracht", "plein", "kade", "singel", "dijk", "dreef",
    "steeg", "gürtel", "twiete", "plantsoen",
)  # fmt: skip
"""Those after which a number is a house, even without a postcode."""

TURKISH = (
    "mahallesi", "mahalle", "mah", "mh", "caddesi", "cadde", "cad", "cd", "sokak", "sokağı", "sok",
    "sk", "bulvarı", "bulvar", "blv", "blvd", "bul", "meydanı", "yolu", "sitesi", "apartmanı",
    "apt", "köyü", "çıkmazı",
)  # fmt: skip
"""Turkish: they end each part of an address."""

UNITS = (
    "flat", "apartment", "apt", "unit", "suite", "ste", "room", "rm", "floor", "fl", "level", "lvl",
    "block", "blk", "building", "bldg", "house", "door", "staircase", "stair", "wing", "tower",
    "plot", "shop", "office", "lot",
    "wohnung", "whg", "app", "appartement", "appartment", "haus", "hinterhaus", "hh", "stiege",
    "stg", "top", "tür", "etage", "stock", "eingang", "aufgang", "zimmer", "zi", "gebäude", "geb",
    "bât", "bat", "bâtiment", "batiment", "appt", "esc", "escalier", "étage", "porte", "résidence",
    "boîte", "boite", "bte", "bus", "bt", "hall", "entrée", "digicode", "code", "interphone",
    "piso", "puerta", "pta", "portal", "planta", "bloque", "blq", "depto", "departamento", "dpto",
    "dto", "int", "interior", "of", "oficina", "local", "torre", "escalera", "col", "colonia",
    "ed", "edificio", "casa", "manzana", "mz", "lote", "timbre", "letra",
    "scala", "sc", "interno", "piano", "palazzina", "pal", "citofono", "edificio", "presso",
    "verdieping", "kamer", "huis", "toev",
    "m", "mieszkanie", "mieszk", "lok", "lokal", "klatka", "kl", "piętro", "blok", "domofon",
    "ap", "apto", "andar", "bloco", "bl", "sala", "cj", "conjunto", "fração", "fracção", "lj",
    "loja", "esq", "fte", "quadra", "qd", "sn",
    "kat", "daire", "d", "k", "no", "blok", "kapı", "iç",
)  # fmt: skip
"""Parts of a house; a number or a letter follows."""

COUNTRIES = (
    "Deutschland", "Germany", "Allemagne", "Alemania", "Germania", "Duitsland", "Niemcy",
    "Alemanha", "Almanya", "Österreich", "Austria", "Autriche", "Oostenrijk", "Áustria",
    "Avusturya", "Schweiz", "Switzerland", "Suisse", "Suiza", "Svizzera", "Zwitserland",
    "Szwajcaria", "Suíça", "İsviçre", "France", "Frankreich", "Francia", "Frankrijk", "Francja",
    "França", "Fransa", "Spain", "Spanien", "Espagne", "España", "Spagna", "Spanje", "Hiszpania",
    "Espanha", "İspanya", "Italy", "Italien", "Italie", "Italia", "Italië", "Włochy", "Itália",
    "İtalya", "Netherlands", "The Netherlands", "Niederlande", "Pays-Bas", "Países Bajos",
    "Paesi Bassi", "Nederland", "Holandia", "Países Baixos", "Hollanda", "Belgium", "Belgien",
    "Belgique", "Bélgica", "Belgio", "België", "Belgia", "Belçika", "Poland", "Polen", "Pologne",
    "Polonia", "Polska", "Polónia", "Polônia", "Polonya", "Portugal", "Portogallo", "Portugalia",
    "Portekiz", "Turkey", "Türkiye", "Türkei", "Turquie", "Turquía", "Turchia", "Turkije",
    "Turcja", "Turquia", "Ireland", "Irland", "Irlande", "Irlanda", "Ierland", "Irlandia",
    "United Kingdom", "UK", "U.K.", "Great Britain", "England", "Scotland", "Wales",
    "Northern Ireland", "USA", "U.S.A.", "United States", "Canada", "Kanada", "Brasil", "Brazil",
    "Brésil", "México", "Mexico", "Argentina", "Chile", "Colombia", "Perú", "Luxembourg",
    "Luxemburg", "India", "Australia", "New Zealand", "South Africa", "Québec", "Quebec",
)  # fmt: skip
"""Countries at the end of an address."""

BOXES = (
    "p.o. box", "po box", "p.o.box", "pobox", "postfach", "bp", "b.p.", "boîte postale",
    "case postale", "cp", "apartado", "apartado de correos", "apdo", "casella postale", "c.p.",
    "postbus", "skrytka pocztowa", "caixa postal", "posta kutusu", "p.k.",
)  # fmt: skip
"""Words for a box at the post office."""

PLAIN_STREETS = word_set("street road avenue crescent lane boulevard")
"""English street words that count in small letters."""
