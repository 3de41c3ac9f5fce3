"""Names that are also everyday words, months, places or brands, in nine languages; folded.

One of these alone is no sign of a person; next to another part of a name it is.
"""

from data.text.phrases import word_set

_WORDS = word_set(
    """
    iban amber
    said meta edit server nam vide bas mad side peer sayın beni bana sana mac imac pro data test
    all an and ange angel angels any april art august bay beat beau bill blanc bliss bob brook buck
    candy car carry carte case cash chance charity charm chase cherry chip christmas clay cliff
    cloud coco cole comfort constant coral crystal cuba daily daisy dale danger dark dawn day dean
    dear desire dick diamond don dot drew duke earl early earth ebony eve even ever faith fame
    fancy fay fern flint floor flora floral forest fox frank free freedom full garden gay gene
    general ginger given glen gold golden good grace grand grant gray green grey guy hall happy
    harbor harbour hardy harmony hart hazel heart heath heather heaven her here holly honey honor
    hope hunter india innocent ivory ivy jack jade java jay jet jewel job joke joy judge july june
    junior just justice kick kind king kit lady lake lance land lane latte laurel leader lee less
    liberty life light lily line list live long lot love lovely loyal lucky mark market marks mason
    mat max may maybe melody mercy mike miles mini miss misty more most my name new nick north nova
    november nurse ocean october odd off olive one opal orange own page pale patience peace pearl
    penny pepper petal phoenix pink pop poppy port precious premium prince princess providence
    queen rain ray read real red reed rest rich ring river rob robin rock rocky rod root rose
    rosemary round royal ruby rusty sage sandy sea self september series shell silver sister skip
    sky snow son song soul south spring stand star stella sterling stone storm sue summer sun
    sunday sunny sunshine tag tea temple tender time tone trinity true truth tulip violet wade
    walker wall war ward warm way west wild will willow win wing winter wish wolf wonder wood woods
    worth young abend alle alles als also alter anders aus bald bar bauer bei beste bin blume boden
    braun brief bruder danke dank deine deutsch dieter dir dich die dies doch dora drei durch eben
    eher ehrlich ein eine einer ende engel ernst erst fall falke fein fest feste fred frei freude
    fried frisch fritz froh früh für gabe gar gast geht gern gerne glück gut gute haben hagen hallo
    halb hand haus heide heil heim heimat held herz heute hier hin hinten hof holz ich immer jung
    kai kaiser kalt kann karte kein keine kern kerze klar klein kleine koch komm konto kraft kurz
    lage lang lange laut leben leer leider lieb liebe lied lore los luft mal man mann markt mehr
    meier mein meine meist mit mode mond morgen mut nach nacht nagel nah natur neu neue neun nie
    noch not nun nur ob oder ohne oft ort ost paar per platz post preis punkt rat recht reich rein
    reise ritter rot ruf ruhe rund sache sag satz schatz schon schön seit sie silber sind so sofort
    sohn sommer sonne sonst sorge stahl stark statt stein stern still stolz straße strom stück
    suche süß tanne tat teil tisch tor traum treu tür uhr um und uns unten ute viel viele vier voll
    vom von vor wann ware warum was wasser weg weiß weiter wende wenig wenn wer werden wie wieder
    wo wohl wolke wunder zahl zeit zier zu zum zwei ainsi aimable alors ami amie amour année août
    appel après au aucun aussi autre avant avec avoir avril bel belle bien blanche bleu bon bonne
    bref bruyère cas ce cela céleste cette chaque cher chère clair claire clé clémence colombe
    comme constance coup cours dame dans début déjà demain depuis dernier désiré deux dès dieu
    dimanche donc droit eau elle elles en encore entre essai est et été eux faire fait faut fer
    fête fin fine fleur foi fois fort france franc grande gros heure hiver ici jamais jolie jour
    juste la le les leur libre lien lieu loin lors lui lundi luc lune lys maire mai main mais
    marche marchand mardi marin marine mars matin mer merci mère mes même midi mille moi moins mon
    monde mot mort neige neuf noël nom non nord notre nous nuit océane on ont or oui par parfait
    pendant père petit peu pierre place plein plus point porte pour près prix prune prudence puis
    quand quel qui quoi reine reste rien rouge route rue sa sans sauf selon serein ses seul si soit
    sol soleil sous sud suite sur ta tant tard temps tes tout trois trop tu un une va vent vert vie
    vieux ville vive vos votre vous vu abril agosto agua ahora al algo alma alta alto ama amable
    amado amor amparo ana año años aquí ascensión así asunción aun aurora ayer ayuda azul bajo
    bella bello blanca blanco bueno buena caja calle cada camino campo canal candela cara caridad
    caro casa casi caso centro cerca cielo cinta cita claro clara concepción concha consejo
    consuelo con correo corona cosa costa crema cruz cuando cuenta da dado dar de del delfín desde
    despacho día dicho dios dolor dolores domingo donde dulce el ella ello encarnación enero era es
    esa ese eso esperanza esta este esto estrella factura fe felicidad feliz fiel flor fondo fuente
    fuerte gala gato gloria gracia gracias gran guapa guardia guerra hay hecho hermosa hermoso hoy
    huerta iglesia igual inmaculada jamás julio junio justo lado las leal lila linda lindo lo luego
    luna luz macho malo mano mar mas martes marzo mayo mayor menos mercedes mesa mi mía miel
    milagros mil mina mío mira misma moral moreno muy nada nave navidad negra negro ni nieve nieves
    niña niño noche nombre norte nueva nuevo nunca oliva oro otra otro pan para parra paso pastor
    patria paz perla pero perro piedad piedra pilar pinto plata plaza poco por prado precio
    presentación prima primero primo prudencia puente puerta pura purificación que recio regalo
    reina remedios resto rey reyes rico rojo rosa rosal rosario rubio sagrario sal salida salud
    salvador san sano santa santo santos segundo señor ser serra severo sí siempre sierra sin
    sirena sobre soledad solo somos sorpresa su tal tarde tía tío todo toma torre tras tres
    trinidad uno valle vara vega vela venga ver vera verano verdad verde vez vida viejo viento
    villa virgen visitación vista viva voz ya abito alba allegra amico ancora anna anno bene bianca
    bianco bocca bosco brava bravo buona buono celeste che chi chiara chiaro ciao colomba come
    costanza così croce dama davvero dea delfina dello deve di dolce domani domenica donna dono
    dopo dove due dunque durante fede fedele felice ferma ferro festa fiore fiorella fino forse
    forte forza franca franco fresco gatto gemma gente gentile già giglio giocondo gioia giorno
    giugno giusto gli grazia grazie ieri il impero in inoltre invece io italia italo lago lei letto
    leone libero li loro luce ma macchina maggio magari mare marina marino massimo meno mente mia
    mio moro natale nella neve noi nome notte novella nulla nuova nuovo oggi ogni oltre onda onesto
    ora orso ottimo pace padre palma parte pasqua penna perfetta però pia pietra pino placido poi
    porta posta primavera prezzo principe puro qua quando quanto re regina rossa rossi rosso sala
    salvo santi se secondo selva sempre sera sereno serena sette sia sole sono sopra speranza
    strada sua suo terra tosca tra tutti tutto una vento vero verità via vino viola virgilio vita
    vittoria vittorio voce voglia voi zita aan avond ben bent bij blij bloem boer boom bos bot
    brand dag dan dat den der deze dit doen door dood drie een eerst elke eva fee fijn geen geld
    gert goed graag groen groot groet haar had heel heer hei hem hen het hij hoe hoek huis iets ijs
    ik is ja jaar je jong kan kat keer kees kies klaar klas kok komt koning koop kunt laat laatste
    lach lente leuk licht lief liefde lies links loan loop me meer meen mei met mij mijn minder
    moet mooi muis na naam net niet niets nog noor nu of om ons ook oom op oud over paard pim pot
    prins raam rood roos ruim samen sinds snel stad steen ster sterk stil straat te ties tijd tijn
    toen top tot tuin twee uit uw vaak van vast veel veer vis voor vraag vrij vroeg vrouw waar wan
    wat water week weer wel welk werk wij wil wind winkel wit woord wout zal ze zee zeer zelf zes
    zij zilver zo zoals zon zonder zwart ale bardzo będzie biały być ciemny cena chleb czas czy dla
    dobra dobry dom dużo dziś gdy gdzie jagoda jak jest kalina kiedy król kwiat lato lub lubię luty
    maj mały malina mam mieć moja mój moc może nadzieja nowa nowy od oraz pani pod pogoda proszę
    przed raz róża sam serce się sklep są śnieg stary syn świat tak tam temat ten teraz to ty tylko
    wiara wiosna wolny zamek zima złoty że żaden agora ainda ali amanhã anjo ano antes apenas até
    bela belo bem boa bom branca branco caminho certo céu chave coisa com como conceição cor coroa
    dá dia diva do dois ela ele então esse estrela eu fé fez fogo fonte força fundo graça hoje
    homem já joia leite lima lua lugar mãe mês meu minha moeda moreira muito mundo não natal nem
    noite novo olho olá onde ontem ouro pai pedra pela pelo perto pessoa pinho pode pois porque
    porto pra praia preço preto quem rei rio rita roda rosto roupa seja sem senhor sim só tem teu
    tia tio toda tudo uma vai valor vejo vem vila você abla acar acil açık adak adıl ağrı ak akar
    akıl akım aksam alan alıcı alın altı altın amaç ancak anı ara arda arkadaş artı asıl aslan ay
    aydın ayı ayna az bahar bahçe bakım bal balık banu barış baş başak başarı başka bayan bayram
    baz belli beş bilge bilgi bir biraz biz boğa bora bu buket bulut burak burcu burç bura büyük
    can canan candan cem cemre ceviz cuma çağ çağrı çakır çalı çam çare çarşı çelik çetin çiçek
    çiğdem çilek çınar çok çoban çözüm dağ daha dal dalga damla demet demir deniz derya ders destan
    destek devam devrim dilek dilim diri doğa doğru dolu doruk dost durak duru durum duygu düz eda
    ege ekim ekin elmas emanet emek emir ender er ergin erk eser esin eski evet evren evrim eylül
    ezgi fazla fener fidan fikir filiz gazi gece gelin genç gök gönül görkem göz gurur güç gül
    gülen gülüş gümüş gün gündüz güneş gürbüz güven güz güzel hak haber hakikat hal hale halı
    harika hatıra hava hayal hayat haziran hazine hemen hep hız hiç huzur hür ıldız ışık ışıl ışın
    iki ilk ilke ilgi iklim imge inan inanç inci ince ipek iş işte ırmak kader kaş kahraman kale
    kalem kanıt kanun kar kara kaya kayıt kere kılıç kır kırmızı kısa kısmet kıvılcım kız konu
    koray kutlu kutsal kuzey lale lider limon mavi melek mercan mert meltem metin mine mutlu müjde
    nasıl ne nehir neden nisan niyet nokta oğul okan okul olay olur ona onur oral orman ortak oya
    ozan ömür önce önder öneri örnek özel özen özgü özgür özlem öz pamuk pembe pelin perşembe peri
    pınar polat renk rüya rüzgar sabah sabır sahil sahra saygın sefer selam selin selvi sema sen
    sevda sevgi sevim sevinç sevgili seyit sima sinem siz sonra sonsuz soy sude sultan suna şafak
    şahin şan şans şebnem şeker şen şeref şiir şimdi şirin şu tan tane taner taraf tarım tarih taş
    tatlı tek teklif temel temiz tezcan toprak tuğba tuna türk türkan türkmen ufuk uğur ulu ulus
    umut usta uygun uzun uzay üç ülke ülkü ümit üstün vade var ve yağmur yakut yalçın yalın yaman
    yan yankı yaprak yar yaren yargı yarın yaş yaşam yaşar yavaş yavuz yay yaz yazı yeni yer yeşil
    yeter yıl yıldız yıldırım yiğit yol yok yurt yüce yüz zaman zafer zamir zeki zerrin zor zümre
    zümrüt hürmet ihtiyaç imam islam kibar lütfi mücevher nail nihai orta
    """
)
_PLACES = word_set(
    """
    aachen adelaide afrika africa alabama albany alicante almeria amerika america antalya argentina
    arizona asia asien aspen athen austin avila berlin bern birmingham bologna bolton bonn boston
    brasil bremen brighton bristol brooklyn cali california cambridge camden canada cardiff
    carolina catalina charlotte chelsea chester cheyenne chile china clifton clinton colombia
    cordoba córdoba cuba dakota dallas darwin denver derby devon dresden dublin durham egypt erfurt
    essen eton europa europe exeter florence florencia florida france francia frankfurt geneva
    genova georgia germany graz halle hamburg hamilton havana houston india ireland israel istanbul
    italia italy izmir japan jena jersey jerez jordan kassel kent kenya köln kingston leeds leipzig
    lens lima lincoln linz lisboa london lourdes lorraine luzern lyon macau madison madrid mailand
    malaga málaga malmö malta marseille medina memphis merida mérida mersin mexico méxico milan
    milano milton minho modena montana monza montreal murcia münchen münster nancy napoli nevada
    newton nice odessa orlando oslo oxford padova padua palma panama paris parma pavia perth peru
    perú pisa porto potsdam praga preston quito ravenna reims rennes rhodes riga rio roma rome
    rostock salem salzburg samsun santiago savannah segovia sevilla sheffield sidney siena sofya
    split stanford sydney texas toledo torino toulouse trento trier troy troyes tunis turin ulm
    uruguay utrecht valencia venedig venezia venice verona vicenza victoria vienna vigo virginia
    warren warwick washington wellington wien windsor worms york zaragoza zürich bolu ordu rize van
    muş kars mardin tokat urfa yalova
    """
)
_BRANDS = word_set(
    """
    acer alexa amica amazon apple audi bose bosch braun canon casio chanel citroen cortana dacia
    dell dior disney dyson epson ford fiat garmin gillette google grohe gucci hermes hilton honda
    hugo ikea jaguar jbl kia klarna knorr lacoste lada lasocki lego lenor levi levis lexus lidl
    lindt logan mango marriott maxi mazda mercedes miele milka mini nespresso nestle netflix nike
    nikon nivea nokia oral oppo opel orange otto panda paypal penny persil philips porsche prada
    puma punto ravensburger renault reno rolex samsung sandero seat sega sharp shell siemens sierra
    siri skoda sony suzuki swatch swift tesla thermomix tiffany toyota twingo vans vespa visa
    vodafone volvo walmart wilson xiaomi yamaha zalando zara zoom leon ibiza corsa clio megane
    fabia octavia astra vectra fiesta focus golf polo passat fern ole ava eva
    """
)
_RELIGION = word_set("jesus jésus christian christus allah muhammed islam")


# Names far more often than anything else, though a language has the word.
_PEOPLE = word_set(
    """
    anna ana ben dieter eva fritz gemma özgür hugo kees luc nick pim rita ute clara chiara emma
    gert ole burak okan taner merve pelin rosario selin sinem tuğba türkan koray canan burcu
    """
)

FIRST = (_WORDS | _PLACES | _BRANDS | _RELIGION) - _PEOPLE
"""Words that are first names as well."""

LAST = FIRST | word_set(
    """
    keywords back alles allen anders bank banks banker barre bath beer bell berg best bird black
    block bogen bones book booth box branch brand brands bridge bright brown bruch buchen burger
    burn bush butcher butler camp cant card carrier carro carton carter casas chef church city
    clear close club coca coach cook cool cooper cop corner cousin cross curry cut dance dann dark
    dash date deep dell doctor doe driver drop duda durst dwarf eco eilig ende english fair falsch
    farmer farm fee feld fell fett field fields finger fire first fish fisher fleck flowers flug
    foot forget fort foto freitag french fresh freund fry fuchs fuß gardener gate gates geiger
    gerade gift glas glass gott grau grave grill gross größer grund gruber gruß hammer handy haupt
    hay head hell herd herr herbst hill hitze hoch hood holder holt holland hölle hora house huber
    hunt hut jäger junk kamm karl kauf keller key kiss knecht kohl kopf korb korn kreis kreuz kühl
    lassen law lehmann lenz lie little lock loose lord lotz lustig mach mail mall major man manager
    master mauer maurer may meister mesa mess mensch miller miley mills moon mountain mucha müller
    name nagy nee nett neumann nickel night nobel nota noble oben old packer parent park parker
    parks parts pay payer peace peck pfand pfeil pfeiffer pick place pole pool pope potter power
    price proper puppe put quick race rare rauch regel reich reis reiter rice richter riese ritter
    roller roth rush sachs sack sale sales salt salz samt sand sang sauer schade schalk scharf
    scheck schick schilling schlecht schmal schneider schnell schramm schreiber schroff schwarz
    seifert sellers sharp sheet shine shirt shop short silk singer small smart spain spring stack
    stall steel stiller stocker stock stopp story stout strong strand streng tank taylor teller
    thema thick tiger tower town trost true turner vogel voigt volk vogt wage wagner wahl wald
    walter wand wares watts weber weeks weiss weis weller welcome welch werner werk west weston
    white winkler wise witt wolff wüst young zimmer zimmermann amigo baron barbier berger bois
    bonnet boucher boulanger bourgeois brun charpentier chevalier comte court couture couturier
    dubois dumas fabre facteur ferrand fontaine forestier fournier garnier gros guerin jardin
    lacroix laurent leclerc legrand lemaire lenoir lefort leroy maillot maison marchal marchand
    masson mercier meunier moulin muller navarre noir petit pire poirier portier potier prévost
    racine rivière roussel roux royer sauvage simple sellier tailleur tessier texier tissot
    tournier vallet vidal ballesteros bravo cabello cabeza calvo carrero cortes cortés crespo
    cuenta delgado duque esteban fuentes fuerte gallego gallo garrido guerrero hidalgo herrero
    iglesias izquierdo leal llave lobo lozano marques marqués mata mayor medina merino montero mora
    moya nieto ojo olmo pajares palacios pardo pascual pastor peña pena pozo prieto quintana
    redondo ríos rivera roca rojas romero rosales rubio sabio salinas sastre seco segura serrano
    soler soto torres toro valiente vaca vargas velasco ventura viejo zapatero amato barbieri
    basile basso battaglia bello bianchi bruno caputo carbone caruso castello conte costa croce de
    dei della esposito fabbri farina ferrari ferraro ferri ferro fontana franchi gatti giordano
    grassi greco guerra leone lombardi longo lupo mancini mancino mare marchi marino martini mazza
    messina monti morelli moretti moro negri neri palumbo parisi pellegrini pepe piras poli quero
    ricci riva rizzo rocca romano rosa rossetti ruggiero russo sala santoro sanna serra silvestri
    sorrentino testa valentini valle vitale volpe villa volta baas bakker boer bos bosch brouwer
    dekker dijkstra groot haan hoek hout jager jonge jong kamp klein kok koning koster kramer
    kuiper leeuw maas mol mulder nagel pauw peters post postma prins ridder rooij schipper schouten
    slager slot smit smits snijders timmerman tuin uit veen visser vink vliet vos wal waard winter
    wit zon zwart baran bartek bąk dziuba gajda gil głowacki góra kania karp kawka kos kot kowal
    kozak kozioł król kruk kruszyna krupa kubik kula kurek lis mazur noga nowak pająk pawlak piątek
    sikora skiba sobota sowa sroka szczepan wilk wrona wróbel zając zima żak żuk barros batista
    bispo brito caldeira cardoso carvalho castro couto cruz coelho cordeiro domingues faria
    figueira fonseca franco leitão leite loureiro macedo machado magro maia matos mendes mesquita
    monteiro morais mota moura neves oliveira paiva pereira pinheiro pinto pires ramos ribeiro
    rocha salgado salgueiro sampaio santos silva simões sousa teixeira valente vaz vicente vieira
    arslan aydın çelik çetin demir doğan erdem güler güneş kaplan kara kaya keskin koç korkmaz kurt
    öztürk özdemir polat sarı şahin şen taş tekin turan yalçın yavuz yıldırım yıldız yılmaz
    """
) - word_set(
    """
    aydın çelik çetin demir doğan arslan kaya koç korkmaz kurt öztürk özdemir polat şahin yalçın
    yıldırım yıldız yılmaz müller schneider weber wagner neumann zimmermann hoffmann richter walter
    werner huber seifert lehmann winkler pereira oliveira ribeiro silva sousa teixeira mendes pires
    ramos carvalho coelho rocha fonseca cardoso macedo machado matos monteiro morais moura vieira
    vaz simões nowak mazur pawlak król russo rossi ferrari esposito bianchi ricci lombardi moretti
    romano greco bruno costa conte mancini caruso giordano rizzo ruggiero santoro parisi pellegrini
    palumbo sorrentino torres medina vargas velasco serrano delgado iglesias palacios lozano
    montero prieto quintana garrido crespo rivera rojas romero soler soto nieto merino moya salinas
    peña pascual fuentes esteban dubois dumas fontaine fournier garnier lacroix laurent leclerc
    legrand lemaire leroy masson mercier meunier roussel roux tessier dijkstra postma bakker
    brouwer dekker kuiper mulder schouten smit smits snijders visser vink kramer miller parker
    taylor turner cooper carter butler walker potter wilson jackson
    """
)
"""Words that are last names as well."""
