"""Words before which, or after which, a person's name stands, in nine languages."""

from data.text.phrases import word_set

TITLES: frozenset[str] = frozenset((
    "mr", "mrs", "ms", "miss", "mister", "mx", "dr", "prof", "sir", "madam",
    "herr", "herrn", "frau", "fräulein", "familie",
    "m", "mme", "mlle", "mmes", "monsieur", "madame", "mademoiselle", "maître", "famille",
    "sr", "sra", "srta", "señor", "señora", "señorita", "don", "doña", "d", "dña", "familia",
    "sig", "sig ra", "sig na", "signor", "signora", "signorina", "dott", "dott ssa", "ing", "avv",
    "famiglia", "geom", "rag",
    "dhr", "mevr", "mw", "mevrouw", "meneer", "heer", "de heer", "fam",
    "pan", "pani", "panie", "panu", "panią", "pana", "państwo",
    "senhor", "senhora", "dra", "dona", "sra dona", "família", "eng",
    "sayın", "sn", "bay", "bayan",
    "dottor", "dottoressa", "dott.ssa", "ingegner", "avvocato", "maestro", "maestra", "suor",
    "doctor", "doctora", "doktor", "docteur", "doutor", "doutora", "dokter", "professor",
    "professora", "professoressa", "profesor", "profesora", "professeur", "professore", "hr", "fr",
    "frl", "sor", "padre", "pater", "pastor", "mag", "lic", "arq", "ldo", "inspector",
))  # fmt: skip
"""Forms of address before a name."""

FAMILIES = frozenset({"familie", "famille", "familia", "famiglia", "família", "fam"})
"""Titles that people sign with."""

ADDRESSED_BY_CASE = frozenset(
    {
        "m",
        "d",
        "dr",
        "prof",
        "pan",
        "don",
        "ing",
        "mx",
        "sir",
        "madam",
        "fam",
        "dona",
        "hr",
        "fr",
        "bay",
        "bayan",
        "sor",
        "padre",
        "pater",
        "pastor",
        "mag",
        "lic",
        "arq",
        "maestro",
        "maestra",
        "inspector",
    }
)
"""Titles that are also common words or letters: they count only with a capital."""

SUFFIX_TITLES = frozenset(
    {"bey", "bey'e", "bey'in", "beyefendi", "hanım", "hanımefendi", "hanım'a", "hanıma", "hanımın"}
)
"""Turkish forms of address after a name."""

ACADEMIC = frozenset(
    {
        "dr",
        "prof",
        "dipl",
        "ing",
        "mag",
        "don",
        "doña",
        "dott",
        "med",
        "mgr",
        "inż",
        "avv",
        "arch",
        "geom",
        "rag",
        "lic",
        "ssa",
    }
)
"""Titles that are written as part of a name."""

INTRODUCTIONS: tuple[str, ...] = (
    "hi it's", "hi its", "hello it's", "hello its", "hi this is", "hello this is",
    "hallo hier ist", "bonjour c'est", "bjr c", "bjr c'est", "salut c'est",
    "my name is", "my name's", "my names", "name is", "my full name is", "i am called",
    "mein name ist", "mein name lautet", "ich heiße", "ich heisse", "name ist",
    "je m'appelle", "mon nom est", "je me nomme", "je me présente",
    "me llamo", "mi nombre es", "mi nombre completo es",
    "mi chiamo", "il mio nome è", "mi presento",
    "mijn naam is", "ik heet",
    "nazywam się", "mam na imię", "moje imię to",
    "chamo-me", "me chamo", "o meu nome é", "meu nome é", "meu nome completo é",
    "benim adım", "adım", "ismim", "benim ismim",
)  # fmt: skip
"""What follows is a name, even in lower case."""

WEAK_INTRODUCTIONS: tuple[str, ...] = (
    "i am", "i'm", "this is", "it's", "its",
    "ich bin", "hier ist", "hier spricht", "hier schreibt",
    "je suis", "c'est", "ici",
    "soy", "habla", "le escribe", "les escribe",
    "sono", "qui è",
    "ik ben", "u spreekt met",
    "jestem", "z tej strony", "mówi",
    "sou", "sou o", "sou a", "aqui é", "fala o", "fala a", "eu sou",
    "ben",
)  # fmt: skip
"""What follows is a name if it is two words with capitals."""

LABELS: tuple[str, ...] = (
    "name", "full name", "first name", "last name", "surname", "customer name", "contact",
    "contact name", "contact person", "billing contact", "cardholder", "card holder",
    "account holder", "recipient", "attn",
    "vorname", "nachname", "kontoinhaber", "kontoinhaberin", "ansprechpartner", "ansprechpartnerin",
    "empfänger", "kontakt", "karteninhaber",
    "nom", "prénom", "nom complet", "titulaire", "destinataire",
    "nombre", "nombre completo", "apellidos", "titular", "destinatario",
    "nome", "cognome", "nome e cognome", "intestatario", "intestataria",
    "naam", "voornaam", "achternaam", "contactpersoon", "rekeninghouder",
    "imię", "imię i nazwisko", "nazwisko", "odbiorca", "posiadacz",
    "nome completo", "destinatário",
    "ad soyad", "adı soyadı", "isim", "ad", "alıcı",
)  # fmt: skip
"""Labels of a form: a name stands after the colon."""

RELATIONS: tuple[str, ...] = (
    "my husband", "my wife", "my son", "my daughter", "my mother", "my father", "my brother",
    "my sister", "my colleague", "my partner", "my assistant", "my friend", "my boss",
    "spoke to", "spoke with", "talked to", "talked with", "speaking with", "chat with",
    "mein mann", "meine frau", "mein sohn", "meine tochter", "meine mutter", "mein vater",
    "mein bruder", "meine schwester", "meine kollegin", "mein kollege", "meinem kollegen",
    "meiner kollegin", "meinen mann", "meiner frau", "meinem mann",
    "mon mari", "ma femme", "mon fils", "ma fille", "ma mère", "mon père", "mon frère", "ma sœur",
    "ma collègue", "mon collègue", "mon épouse", "ma collaboratrice", "mon associé",
    "parlé avec", "parlé à", "appel avec", "échange avec", "échangé avec",
    "mi marido", "mi mujer", "mi esposa", "mi esposo", "mi hijo", "mi hija", "mi madre", "mi padre",
    "mi hermano", "mi hermana", "mi compañera", "mi compañero", "hablé con", "he hablado con",
    "mio marito", "mia moglie", "mio figlio", "mia figlia", "mia madre", "mio padre",
    "mio fratello", "mia sorella", "il mio collega", "la mia collega", "parlato con",
    "mijn man", "mijn vrouw", "mijn zoon", "mijn dochter", "mijn moeder", "mijn vader",
    "mijn broer", "mijn zus", "mijn collega", "sprak met", "gesproken met",
    "mój mąż", "moja żona", "mojej żony", "mojego męża", "mój syn", "moja córka", "moja koleżanka",
    "mój kolega", "rozmawiałem z", "rozmawiałam z",
    "meu marido", "minha mulher", "minha esposa", "meu filho", "minha filha", "minha mãe",
    "meu pai", "meu irmão", "minha irmã", "minha colega", "meu colega", "falei com", "falei com a",
    "falei com o",
    "eşim", "annem", "babam", "kardeşim", "oğlum", "kızım", "arkadaşım",
)  # fmt: skip
"""Relatives, colleagues and conversations: the name of another person follows."""

PARTICLES = word_set(
    """
    de del della di da do dos das du des la le les el al van von der den ter ten te vom zu zur y e
    i dalla lo dello degli bin ibn ben af av
    """
)
"""Small words inside a name."""

STAFF: tuple[str, ...] = (
    "your agent", "your colleague", "agent", "colleague", "advisor", "adviser", "representative",
    "driver", "seller", "buyer", "my late father", "my late mother", "my late husband",
    "my late wife", "my mother-in-law", "my father-in-law", "my aunt", "my uncle",
    "kollege", "kollegin", "kollegen", "mitarbeiter", "mitarbeiterin", "berater", "beraterin",
    "fahrer", "fahrerin", "verkäufer", "verkäuferin", "käufer", "käuferin", "schwiegermutter",
    "schwiegervater", "oma", "opa", "tante", "onkel",
    "collègue", "conseiller", "conseillère", "agent", "chauffeur", "vendeur", "vendeuse",
    "acheteur", "acheteuse", "l'acheteur", "l'acheteuse", "belle-mère", "beau-père",
    "agente", "compañero", "compañera", "asesor", "asesora", "vendedor", "vendedora", "comprador",
    "compradora", "repartidor", "suegra", "suegro",
    "collega", "operatore", "operatrice", "consulente", "venditore", "venditrice", "acquirente",
    "corriere", "suocera", "suocero", "assicurato", "assicurata", "dell'assicurato",
    "dell'assicurata", "intestatario è", "intestataria è",
    "medewerker", "medewerkster", "collega", "adviseur", "verkoper", "verkoopster", "koper",
    "bezorger", "schoonmoeder", "schoonvader",
    "konsultant", "konsultantka", "konsultantem", "konsultantką", "pracownik", "pracownikiem",
    "kolega", "koleżanka", "sprzedawca", "kurier", "teściowa", "teść", "babcia", "dziadek",
    "colega", "operador", "operadora", "consultor", "consultora", "funcionário", "funcionária",
    "estafeta", "sogra", "sogro",
    "temsilciniz", "temsilci", "çalışanınız", "arkadaşınız", "satıcı", "alıcı", "kurye",
    "kayınvalidem", "kayınpederim", "müşteri temsilciniz",
)  # fmt: skip
"""People a customer speaks of by their part in it: the name follows at once."""

IN_NAME_OF: tuple[str, ...] = (
    "in the name of", "on behalf of", "auf den namen", "im namen von", "au nom de", "a nombre de",
    "en nombre de", "a nome di", "a nome", "intestato a", "intestata a", "op naam van", "t n v",
    "ten name van", "na nazwisko", "w imieniu", "em nome de", "adına kayıtlı",
    "for the attention of", "attention of", "attn", "fao", "care of",
    "zu händen", "zu händen von", "z hd", "z hdn", "z h", "à l'attention de", "aux bons soins de",
    "a la atención de", "all'attenzione di", "alla c a di",
    "alla cortese attenzione di", "alla cortese attenzione della", "t a v",
    "ter attentie van", "do rąk", "a cuidado de", "ao cuidado de", "aos cuidados de",
    "à atenção de", "em nome da", "em nome do", "no nome de", "in name of", "under the name",
    "under the name of", "unter dem namen", "sous le nom de", "bajo el nombre de",
    "sotto il nome di",
    "onder de naam", "pod nazwiskiem", "sob o nome", "lautend auf", "ausgestellt auf", "läuft auf",
    "intestato alla", "intestato al", "registered to", "addressed to", "adressé à", "adressiert an",
    "dirigido a", "indirizzato a", "geadresseerd aan", "zaadresowane do",
)  # fmt: skip
"""Whose account or invoice it is: the name follows."""

SINGLE_INTRODUCTIONS: tuple[str, ...] = (
    "tutaj", "z tej strony", "mówi", "u spreekt met", "spreekt u met", "je spreekt met",
    "hier spricht", "hier schreibt", "fala a", "fala o", "daqui fala", "aqui é o", "aqui é a",
    "aqui fala", "aqui quem fala é", "parla", "qui parla", "sono sempre", "le habla", "le escribe",
    "habla", "ici c'est", "mein name", "mi nombre", "my name",
    "ik ben", "hier nochmal", "hier noch mal", "hier wieder", "hier nog eens", "c'est encore",
    "ici encore", "soy", "jestem", "sono ancora", "sou o", "sou a", "it's me", "hier is",
)  # fmt: skip
"""What follows is a name even if it is one word with a capital, up to the next comma or so."""

NEEDS_BREAK = frozenset(
    {
        "best", "love", "yours", "dag", "ta", "ty", "br", "kr", "gr", "bg", "att", "take care",
        "viva", "in fede", "dank", "grato", "grata", "baci", "besos", "bises", "danke",
        "thank you", "thanks", "merci", "gracias", "grazie", "bedankt", "dziękuję", "dzięki",
        "obrigado", "obrigada", "liebe", "lieber", "cara", "caro", "gentile", "beste", "cher",
        "chère",
    }
)  # fmt: skip
"""Closings that count only before a comma or a line end: they are everyday words as well."""

NOT_NAMES = word_set(
    """
    team support service services customer customers care help helpdesk desk sales shop store
    office department sir sirs madam madame all everyone everybody folks guys there again you your
    yours the a an and or but if it its is are was i im my me we our us he she they this that these
    those please where when what why how who which can could would will do does did have has had
    not no yes ok okay thanks thank sorry just also very much so many lot more from for with
    without to at in on of by as about order orders invoice refund email mail hello hi hey dear
    good morning afternoon evening regards best kind sent january february march april may june
    july august september october november december monday tuesday wednesday thursday friday
    saturday sunday ltd inc llc gmbh ag bv sa srl sas corp company manager director head accounts
    billing still unable trying looking having getting waiting going writing afraid sure happy glad
    using able concerned here back new calling contacting interested urgent asap kundenservice
    kundendienst kundenbetreuung zusammen liebes damen herren herr frau ihr ihre ihrem ihren ihrer
    ihnen sie wir ich du er es ein eine einen der die das dem den des und oder bitte danke dank
    vielen gruß grüße am auf mit von zum zur für guten sehr nochmals nochmal mal alle allerseits
    leute kunde kundin neukunde stammkunde besitzer mitarbeiter montag dienstag mittwoch donnerstag
    freitag samstag sonntag januar februar märz mai juni juli oktober dezember euer eure unser
    unsere abteilung geschäftsführer nicht kein keine seit schon équipe client clientèle messieurs
    mesdames monsieur mademoiselle tous toutes tout vous votre vos nous notre je j'ai il elle le la
    les un une et ou mais mon ma mes merci beaucoup cordialement bonjour bonsoir avec pour dans sur
    par suite svp s'il d'avance quand où pourquoi comment est c'est ce cette cet janvier février
    mars avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi
    vendredi samedi dimanche directeur directrice equipo servicio atención cliente clientes señores
    señoras todos todas ustedes usted su sus yo el ella los las una y o pero mi mis gracias muchas
    hola saludos buenos buenas con para por quiero necesito te se lo que cuando dónde como cómo
    ayuda soporte departamento señor señora enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre lunes martes assistenza servizio clienti tutti tutte voi
    vostro vostra signori noi io lei lui gli e ed mio mia grazie mille buongiorno buonasera salve
    saluti per non ho vorrei come quando dove perché gennaio febbraio aprile maggio giugno luglio
    ottobre lunedì martedì spett staff reparto ufficio direzione klantenservice klantendienst klant
    allemaal iedereen u uw jullie wij ik hij zij het een en maar mijn bedankt groet groeten met
    voor van niet geen graag alvast dames heren heer mevrouw afdeling maandag dinsdag woensdag
    donderdag vrijdag januari februari maart augustus zespół obsługa obsługi klienta dział wszyscy
    państwo państwa szanowni panowie panie pani pan ja ty wy oni jest nie tak proszę dziękuję
    dzięki pozdrawiam bardzo mój moja moje z w na ale że jak kiedy gdzie dlaczego stycznia lutego
    marca kwietnia maja czerwca lipca sierpnia września prezes prezesie kierowniku redakcjo equipa
    equipe serviço atendimento apoio suporte vocês você senhor senhora senhores senhoras eu ele ela
    os um uma mas meu minha obrigado obrigada muito olá bom boa dia tarde noite com não sim quero
    preciso janeiro fevereiro março maio junho julho setembro outubro novembro dezembro segunda
    terça quarta quinta sexta excelentíssimo caros ekip ekibi destek müşteri hizmetleri herkese
    herkes yetkili yetkililer ilgili bey hanım ben sen biz siz onlar bu şu ve veya ama lütfen
    teşekkürler teşekkür ederim ederiz merhaba selam iyi günler çalışmalar saygılarımla sipariş
    ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi salı çarşamba
    perşembe cuma efendim arkadaşlar değil var yok için ile iphone ipad android outlook windows app
    version ps
    """
)
"""Words that may start with a capital where a name is expected, and name nobody."""
