"""What people are to each other and to a firm, and labels of forms, in nine languages; folded."""

from data.redaction.plain import with_plain
from data.text.phrases import word_set


def _words(text: str) -> frozenset[str]:
    """Return the words of a text, with and without their accents."""
    return with_plain(word_set(text))


KIN = _words(
    """
    husband wife son daughter mother father mum mom dad mam brother sister grandson granddaughter
    grandmother grandfather grandma grandad grandpa nan gran granny aunt auntie uncle cousin niece
    nephew fiancé fiancée fiance fiancee boyfriend girlfriend stepson stepdaughter stepfather
    stepmother mother-in-law father-in-law sister-in-law brother-in-law son-in-law daughter-in-law
    law godson goddaughter partner ex spouse twin kid child toddler baby
    mann frau sohn tochter mutter vater mama papa bruder schwester enkel enkelin oma opa großmutter
    großvater tante onkel cousine neffe nichte verlobter verlobte verlobten freund freundin freundes
    lebensgefährte lebensgefährtin lebensgefährten lebenspartner lebenspartnerin ehemann ehefrau
    ehemannes mannes sohnes vaters bruders schwiegermutter schwiegervater schwiegersohn
    schwiegertochter schwager schwägerin stiefsohn stieftochter patenkind
    mari femme fils fille mère père frère sœur soeur petit-fils petite-fille grand-mère grand-père
    mamie papi maman tante oncle cousin cousine neveu nièce fiancé fiancée copain copine compagnon
    compagne conjoint conjointe époux épouse belle-mère beau-père beau-frère belle-sœur gendre
    belle-fille beau-fils
    marido mujer esposo esposa hijo hija madre padre hermano hermana nieto nieta abuelo abuela tía
    tío primo prima sobrino sobrina novio novia pareja cuñado cuñada yerno nuera suegro suegra
    mamá papá ahijado ahijada
    marito moglie figlio figlia mamma papà fratello sorella nipote nonno nonna zia zio cugino cugina
    fidanzato fidanzata compagno compagna genero nuora suocero suocera cognato cognata
    man vrouw zoon dochter moeder vader broer zus zusje broertje kleinzoon kleindochter opa tante
    oom neef nicht verloofde vriend vriendin schoonmoeder schoonvader schoonzoon schoondochter
    schoonzus zwager
    mąż męża mężem mężowi żona żony żonie żonę żoną syn syna synem synowi córka córki corki córce
    córkę córką matka matki matce ojciec ojca brat brata bratem siostra siostry siostrę babcia
    babci babcię dziadek dziadka ciocia wujek wnuk wnuka wnuczka wnuczki narzeczony narzeczona
    partner partnerka partnerki szwagier szwagra szwagrem szwagrze teść teściowa teściowej synowa
    zięć kuzyn kuzynka chłopak dziewczyna mama mamy tata taty
    mulher esposo filho filha mãe pai irmão irmã neto neta avó avô tia tio primo prima sobrinho
    sobrinha noivo noiva namorado namorada companheiro companheira genro nora sogro sogra cunhado
    cunhada enteado enteada
    eşim eşimin eşi kocam karım oğlum oğlumun kızım kızımın annem annemin babam babamın kardeşim
    ablam abim ağabeyim dedem ninem babaannem anneannem teyzem halam amcam dayım kuzenim yeğenim
    bebeğim torunum nişanlım sevgilim kayınvalidem kayınpederim eniştem yengem gelinim
    damadım eşimle
    """
)
"""Relatives and partners."""

ROLES = _words(
    """
    bezoeker bezoekster visiteur visiteuse visitante besucher besucherin visitatore ziyaretçi
    gość odwiedzający entregadora motoboy diarista zelador zeladora postman postwoman
    agent caller customer client operator adviser advisor assistant rep representative colleague
    manager supervisor driver courier technician engineer plumber electrician neighbour neighbor
    flatmate roommate housemate tenant landlord landlady holder cardholder passenger witness
    recipient addressee sender owner buyer seller beneficiary policyholder insured adjuster doctor
    nurse teacher receptionist cashier guest traveller traveler host student patient friend boss
    accountant secretary lawyer solicitor mechanic cleaner carer guardian executor bot chatbot
    condutor condutora conducente lenker lenkerin bestuurder kierujący kierująca sürücüsü
    unfallgegnerin user visitor assistent assistente asistente asystent asystentka asistan support
    advisor's helpdesk kunde kundin mitarbeiter mitarbeiterin berater beraterin kollege kollegin
    kollegen arbeitskollege arbeitskollegin fahrer fahrerin kurier zusteller bote techniker
    technikerin monteur nachbar nachbarin nachbarn mitbewohner mitbewohnerin mieter mieterin
    vormieter vormieterin nachmieter untermieter vermieter vermieterin inhaber inhaberin
    kontoinhaber karteninhaber vertragsinhaber fahrgast passagier reisende reisender zeuge zeugin
    empfänger empfängerin absender verkäufer verkäuferin käufer käuferin versicherte versicherter
    unfallgegner unfallgegners gegner bevollmächtigte bevollmächtigter ansprechpartner
    ansprechpartnerin gutachter chef chefin hausmeister ärztin arzt gast halter halterin cliente
    conseiller conseillère collègue collègues chauffeur livreur livreuse coursier technicien
    technicienne voisin voisine colocataire coloc locataire propriétaire proprio titulaire passager
    passagère témoin destinataire expéditeur vendeur vendeuse acheteur acheteuse assuré assurée
    bénéficiaire gardien gardienne concierge médecin expert experte invité amie ami responsable
    gérant gérante agente asesor asesora operador operadora compañero compañera conductor
    conductora repartidor repartidora mensajero técnico vecino vecina piso inquilino inquilina
    propietario propietaria casero casera titular pasajero pasajera testigo destinatario
    destinataria remitente vendedor vendedora comprador compradora asegurado asegurada perito
    beneficiario beneficiaria amigo amiga encargado encargada jefe jefa portero huésped chica chico
    cajera dependienta operatore operatrice consulente collega autista corriere fattorino tecnico
    vicino vicina coinquilino coinquilina proprietario proprietaria intestatario intestataria
    passeggero passeggera testimone mittente venditore venditrice acquirente assicurato assicurata
    amico amica responsabile amministratore portiere badante ospite klant medewerker medewerkster
    adviseur bezorger buurman buurvrouw buur huisgenoot huurder huurster verhuurder huisbaas
    eigenaar eigenares houder rekeninghouder getuige ontvanger afzender verkoper verkoopster koper
    verzekerde tegenpartij vriend bewindvoerder mantelzorger klient klientka konsultant
    konsultantka konsultantem konsultantką pracownik kolega koleżanka kolegi koleżanki kierowca
    kierowcy kuriera technik serwisant sąsiad sąsiadka sąsiada sąsiadki współlokator współlokatorka
    najemca najemczyni lokator właściciel właścicielka właściciela posiadacz pasażer pasażerka
    świadek świadku sprawca sprawczyni odbiorca nadawca sprzedawca kupujący ubezpieczony
    ubezpieczona poszkodowany poszkodowana przyjaciel atendente colega motorista entregador
    estafeta carteiro vizinho vizinha proprietário proprietária senhorio passageiro passageira
    testemunha destinatário destinatária remetente segurado segurada beneficiário gerente porteiro
    hóspede moça moço rapaz síndico müşteri temsilci temsilcisi danışman kurye kuryeniz şoför
    sürücü tekniker teknisyen komşu komşum komşumuz komşunun kiracı kiracım kiracısı sahibi yolcu
    tanık alıcı gönderen satıcı arkadaşım arkadaşı misafir görevli görevlisi memur usta
    """
)
"""People in a case, and speakers of a chat."""

POSSESSIVES = _words(
    """
    my our his her their your mein meine meiner meinem meinen meines unser unsere unserer unserem
    unseren ihr ihre ihrer ihrem ihren sein seine seiner seinem seinen der dem den eure eurer mon
    ma mes notre nos son sa votre leur mi mis nuestro nuestra su tu mio mia miei nostro nostra suo
    sua vostro vostra mijn m'n me onze ons jullie uw zijn haar mój moja mojej mojego moją mojemu
    moim moje nasz nasza naszej naszego naszym pani pana meu minha nosso nossa seu
    """
)
"""Words before which a relative is somebody's."""

CALLED = word_set(
    """
    is named called name names known namens heißt heisst namentlich ist genannt est nommé nommée
    s'appelle appelé appelée nom se llama llamado llamada es nombre si chiama chiamato chiamata è
    di nome heet genaamd jest o imieniu nazywa się imię nazwisko chama-se chamado chamada é adlı
    isimli adında was war was-called der die
    """
)
"""Words that may stand between a relative or a role and the name."""

FORM_LABELS = _words(
    """
    name names surname forename nachname vorname nachnamen vornamen familienname nom noms prénom
    prénoms nombre nombres apellido apellidos nome nomi cognome cognomi sobrenome apelido naam
    namen voornaam achternaam imię imiona nazwisko ad adı adınız soyad soyadı soyadınız isim
    isminiz email mail telefon telefono teléfono telefone téléphone phone adresse address adres
    adresa dirección indirizzo endereço betreff subject objet asunto oggetto onderwerp temat
    assunto konu iban bic swift vat nif pix cpf bsn pesel paypal account konto compte cuenta conto
    rekening conta reklamation reclamación reclamo reclamação réclamation klacht complaint
    reklamacja şikayet url nachricht message messaggio mensaje bericht treść mensagem mesaj datum
    date data fecha tarih pin tan cvv cvc otp
    """
)
"""Words of form labels that name nobody."""

NAME_LABELS = (
    "name", "nachname", "vorname", "nom", "prénom", "prenom", "nombre", "apellido", "nome",
    "cognome", "sobrenome", "apelido", "naam", "voornaam", "achternaam", "imię", "imie", "nazwisko",
    "ad", "adı", "adi", "soyad", "soyadı", "isim", "inhaber", "titulaire", "titular", "intestatari",
    "właściciel", "posiadacz", "holder", "passenger", "passeng", "guest", "insured", "contact",
    "kontakt", "ansprechpartner", "contacto", "contatto", "contato", "recipient", "empfänger",
    "destinat", "odbiorca", "ontvanger", "alıcı", "attn", "attention", "z. hd", "rekeninghouder",
    "kontoinhaber", "karteninhaber", "versicherte", "assuré", "asegurado", "assicurato", "segurado",
    "verzekerde", "ubezpieczon", "patient", "mieter", "halter", "zeuge", "citofono", "sonnette",
    "klingel", "begünstigt", "bénéficiaire", "beneficiar", "owner", "tenant", "driver", "sender",
    "absender", "expéditeur", "remitente", "mittente", "afzender", "nadawca", "gönderen", "signed",
    "unterzeichn", "firmato", "firmado", "ondertekend",
)  # fmt: skip
"""Beginnings of the words of a form's label before somebody's name."""

NOT_NAME_LABELS = (
    "firm", "company", "product", "produkt", "produit", "producto", "prodotto", "produto", "user",
    "benutzer", "utilisateur", "usuario", "utente", "usuário", "gebruiker", "użytkownik", "file",
    "datei", "fichier", "archivo", "bank", "domain", "brand", "marke", "event", "société",
    "azienda", "empresa", "bedrijf", "spółk", "shop", "store", "hotel", "mail", "date", "datum",
    "number", "nummer", "numer", "numéro", "número", "numero", "no", "nr", "phone", "telefon",
    "tel", "address", "adres", "time", "method", "reason", "id", "code", "tarif", "modell",
    "model", "artikel", "item", "form", "anlieg", "kategorie", "category", "typ", "type", "status",
    "licence", "license",
)  # fmt: skip
"""Beginnings of words that make such a label one of a thing."""

CARRIERS = word_set(
    """
    dhl ups dpd gls fedex tnt hermes evri yodel parcelforce inpost pocztex poczta orlen correos
    seur mrw nacex ctt envialia chronopost colissimo geodis mondial relay laposte poste bartolini
    brt sda postnl bpost aras yurtiçi mng ptt sürat trendyol hepsiburada loggi jadlog sedex amazon
    uber deliveroo glovo wolt bolt lieferando ikea zalando post royal mail an express kargo airbnb
    booking google apple samsung microsoft paypal klarna visa mastercard allianz axa aviva vodafone
    telekom orange o2 vinted ebay allegro olx
    """
)
"""Firms that are spoken of like people: "the driver from DHL", "kurye Aras"."""

NAME_NOUNS = _words(
    """
    citofono campanello sonnette klingel klingelschild türschild briefkasten deurbel
    dzwonku domofonie domofon campainha interfone zilde doorbell buzzer letterbox
    name naam nom nombre nome nazwisko imię surname nachname familienname apellido apellidos
    cognome sobrenome apelido achternaam voornaam vorname prénom adı soyadı ismi isim
    """
)
"""Words for a name inside a sentence: "nome sul citofono Hoxha"."""
