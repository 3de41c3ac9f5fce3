"""Words that make a known name a place, a firm or a thing, in nine languages; folded."""

import re

from data.text.phrases import word_set

PLACES_AND_FIRMS = word_set(
    """
    saint sainte st ste san santa santo são sankt sint sveti rue avenue boulevard place quai square
    calle avenida plaza paseo glorieta via viale piazza corso largo rua travessa praça ulica ulicy
    ulicę ul aleja aleje alei plac placu straße platz hotel hostel motel albergo restaurant
    restaurante ristorante trattoria pizzeria bar café cafe autohaus garage werkstatt autoservice
    garaż taller officina oficina warsztat bäckerei metzgerei bakkerij slagerij boulangerie
    boucherie panadería carnicería panetteria piekarnia padaria apotheke pharmacie farmacia apteka
    farmácia apotheek eczane klinik klinikum clinique clínica clinica hospital hôpital ospedale
    szpital ziekenhuis hastanesi schule école escuela colegio scuola szkoła school lycée liceo
    liceum college universität université universidad università uniwersytet universidade
    university institut institute institutes instituto istituto instytut firma firmy ditta azienda
    empresa entreprise société sociedad società bedrijf bouwbedrijf spółka company galerie gallery
    galería galleria galeria museum musée museo muzeum museu kirche église iglesia chiesa kościół
    igreja park parc parque parco station gare estación stazione stacja estação studio atelier
    salon boutique notar kanzlei étude notaria praxis port porto puerto camping camp villa castle
    schloss château castillo castello zamek castelo spedition transporte transports umzüge möbel
    meubles muebles mobili meble móveis optik optique verlag éditions editorial edizioni
    wydawnictwo lake lac lago jezioro mount mont monte bergen reggio emilia los
    las fort vila ville new
    rio costa playa praia cabo cap capo
    """
)
"""What stands before the name of a place or a firm."""

BRANDS = frozenset(
    phrase.strip()
    for phrase in """
    albert heijn, jan linders, carolina herrera, marc orian, calvin klein, hugo boss,
    tommy hilfiger,
    ralph lauren, michael kors, jack wolfskin, jack jones, tom tailor, max mara, karl lagerfeld,
    vera wang, ted baker, fred perry, paul smith, christian dior, yves rocher, yves saint,
    louis vuitton, giorgio armani, emporio armani, pierre cardin, jean paul, massimo dutti,
    adolfo dominguez, pedro del, antonio banderas, roberto verino, sergio tacchini,
    roberto cavalli, salvatore ferragamo, laura biagiotti, alberta ferretti, helena rubinstein,
    elizabeth arden, jo malone, bobbi brown, charlotte tilbury, laura ashley, john lewis,
    peter kaiser, gerry weber, betty barclay, marco polo, victoria secret, mary kay, john deere,
    harry potter, ben jerry, tim hortons, papa john, levi strauss, lee cooper, franck provost,
    leroy merlin, kate spade, tory burch, steve madden, marc jacobs, donna karan, philipp plein,
    jil sander, rolf benz, peter pan, frida kahlo, black friday, giuseppe zanotti, guy laroche,
    hans grohe, julius meinl, johannes gutenberg, leonardo da, santa claus, dolce gabbana,
    north carolina, south carolina, chat gpt,
    martin audio, philip morris, thomas cook, morgan stanley, goldman sachs, dale carnegie
    """.replace("\n", " ").split(",")
)
"""Firms and things that carry the name of a person: the first two words of them."""

THINGS = word_set(
    """
    model modell modèle modelo modello sofa couch canapé sofá divano bank stuhl chair chaise silla
    sedia stoel krzesło cadeira table tisch mesa tavolo tafel stół masa lamp lampe lámpara lampada
    lampa dress kleid robe vestido abito jurk sukienka elbise shirt bluse blouse blusa bluzka hose
    jeans pants pantalon pantalón pantaloni broek spodnie calças shoe shoes schuh schuhe sneaker
    chaussures zapatos zapatillas scarpe schoenen buty sapatos boots stiefel bag tasche sac bolso
    borsa torebka bolsa regal shelf étagère estantería scaffale schrank armoire armario armadio
    kast szafa bed bett lit cama letto łóżko yatak matratze mattress matelas colchón materasso
    teppich rug tapis alfombra tappeto vloerkleed dywan collection kollektion colección collezione
    serie série series set kit ring kette necklace collier collar anello pack paket tarif tarifa
    tariffa plan abo box doll puppe poupée muñeca bambola serum crème creme cream parfum perfume
    blanket throw shade duvet curtain pillow cushion decke kissen bettwäsche vorhang plaid coperta
    cuscino tenda piumino couverture housse rideau coussin oreiller couette manta cojín cortina
    funda almohada deken kleed kussen gordijn dekbed koc poduszka zasłona pościel cobertor almofada
    edredão battaniye yastık perde
    the a an het hurricane sturm storm tempête orkan version edition édition pro plus case song
    album film book buch livre libro boek książka game spiel app hello hi bonjour
    """
) - word_set("hello hi bonjour bank pack paket")
"""What stands before the name of a product."""

NO_LAST = word_set(
    """
    vila hotel hostel garage autohaus restaurant straße strasse allee platz gmbh ag kg ug ltd
    limited inc llc plc sl sa sas sarl srl spa bv nv lda ltda sp aş şti co mr mrs ms miss herr
    herrn frau monsieur madame mme mlle señor señora sr sra signor signora sig senhor senhora dhr
    mevr mevrouw pan pani bey hanım kundennummer bestellnummer telefon tel handy mobil mobile phone
    email mail adresse address adres dirección indirizzo endereço
    """
)
"""What never goes on a name."""

ELIDED = word_set("d l qu dell all dall nell sull un c s j m n t jusqu lorsqu puisqu")
"""Small words that French, Italian and Catalan join to the next with an apostrophe."""

FIRM_AFTER = re.compile(
    r",? ?(?:GmbH|AG\b|KG\b|OHG\b|UG\b|e\. ?[KV]\.|Ltd|Limited\b|Inc\b|LLC|LLP|PLC|plc\b|Corp\b"
    r"|S\.? ?L\.?(?:U\b|\b)|S\.A\.|SA\b|SAS\b|SARL|S\.?r\.?l|S\.?p\.?A|B\.?V\b|N\.?V\.|Lda|Ltda"
    r"|Sp\. ?z|sp\. ?z|sp\. ?j|A\.?Ş|Şti|& (?:Co|Sons?|Söhne|Hijos|Figli|Fils|Zonen)\b|&Co"
    r"|[uU]nd Söhne|et [Ff]ils|e [Ff]igli|y Hijos|en Zonen"
    r"|i [Ss]ynowie|ve Oğulları|Group\b|Holding\b|Bros\b|Shop\b|Store\b|Services\b|Foundation\b"
    r"|Stiftung\b|Hotel\b|Klinik\b|-?[Ss]tra(?:ß|ss)e\b|-?[Ss]tr\.|-?[Pp]latz\b|-?[Aa]llee\b|-[Ww]eg\b"
    r"|straat\b|laan\b|plein\b|Street\b|Road\b|Avenue\b|Lane\b|Square\b|Airport\b|Station\b"
    r"|Sokak|Sokağı|Caddesi|Cad\.|Sok\.|Bulvarı|Mahallesi|Mah\.|Hastanesi|Üniversitesi|Lisesi)"
)
"""What makes the name before it a firm or a place."""

PARTNER_AFTER = re.compile(r" ?& ?([^\W\d_]+)")
"""Two last names that an ampersand joins are a firm, two first names are a couple."""

FIRMS = word_set(
    """
    oto servis auto autos service services shop store group ticaret market gıda inşaat turizm
    otomotiv motors motor immobilien bau elektro reisen haustechnik consulting logistics logistik
    travel tours foods bakery joinery construction plumbing insurance versicherung versicherungen
    bank seguros assurances assicurazioni verzekeringen ubezpieczenia sigorta hermanos hnos
    fratelli frères freres gebrüder gebr talleres muebles construcciones transportes transports
    transporte moda fashion cosmetics solutions systems partners associates brothers sons söhne
    hotel restaurant garage autohaus clinic klinik optik sanitär heizung gmbh ltd limited inc llc
    sklep firma stiftung verlag cortana gpt chatgpt
    """
)
"""Words inside the name of a firm."""
