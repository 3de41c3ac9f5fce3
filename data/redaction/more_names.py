"""Common first and last names that the lists of `faker` lack, folded."""

from data.text.phrases import word_set

POLISH = word_set(
    """
    adrianna alicja anastazja anita aneta angelika aniela antonina apolonia barbara bartłomiej
    bartosz beata bernadeta błażej bogdan bogna bogumiła bogusław bogusława bolesław bożena
    bronisław bronisława cecylia celina cezary czesław czesława dagmara damian danuta dariusz
    dominika dorota edyta eligiusz elwira elżbieta emilia eryk eugenia eugeniusz ewelina fabian
    felicja filip franciszka fryderyk gabriela genowefa gertruda grażyna grzegorz gustaw halina
    hanna helena henryk henryka hubert ignacy ilona irena ireneusz iwona izabela jacek jadwiga
    jagoda janina janusz jarosław jerzy joachim jolanta józef józefa judyta julita juliusz justyna
    kaja kajetan kamila karolina katarzyna kazimierz kazimiera klaudia konrad kornelia krystian
    krystyna krzysztof ksenia lech lechosław leokadia leszek lidia liliana lilianna łucja łucjan
    ludwik ludwika lucyna maciej magdalena małgorzata marcelina marcin marian marianna mariola
    mariusz marlena marta martyna maryla marzanna marzena mateusz matylda mieczysław mikołaj milena
    mirosław mirosława monika nadia natalia natasza nikodem norbert oktawia oktawian oliwia olga
    oskar otylia patrycja patryk paulina paweł piotr przemysław radosław rafał regina remigiusz
    renata robert roksana roman romuald róża ryszard sabina sandra sławomir sonia stanisław
    stanisława stefan stefania sylwia sylwester szczepan szymon tadeusz teodor teresa tobiasz
    tomasz urszula wacław waldemar walentyna wanda weronika wiesław wiesława wiktoria wincenty
    wioletta witold władysław władysława włodzimierz wojciech zbigniew zdzisław zdzisława zenon
    zofia zuzanna zygmunt
    """
)
"""First names whose cases are known as well."""

FIRST = POLISH | word_set(
    """
    abdullah adem ahmet alper aliye alperen arda arif arzu asena aslı aslıhan asuman ayşe ayşegül
    ayten aytaç azra begüm belgin belma berat berfin berkay berke berkan berna betül beyza birgül
    bünyamin büşra cahit cansu cengiz cevdet ceyda ceylan dilara doğan doğukan duygu ebru ece ecem
    efe ekrem elvan emel emirhan emrah ercan erdal erdinç erhan erkan erol ersin ertuğrul esma esra
    eyüp fadime fahri faruk fatih fatma fehmi ferdi ferhat ferit feride feyza fikret figen filiz
    furkan gamze gizem gökhan gökçe gülay gülcan güler gülhan gülizar güllü gülnur gülsüm gülşah
    gülşen gürkan hacer halide halime haluk hamdi hande hanife harun hasan hatice havva hikmet
    hilal hüseyin hülya ibrahim ilayda ilhan ilkay ilknur irem irfan ismail jale kaan kamil kemal
    kenan kübra kürşat leyla mahmut mehmet melda melek melike melis meral mert meryem mesut metehan
    mevlüt miray muhammed muhammet murat mustafa muzaffer münevver müslüm müzeyyen naciye nadide
    nalan nazan nazlı nebahat necati necla necmi nejat neriman nermin nesrin neslihan neşe nevin
    nihal nihat nilay nilgün nilüfer nimet numan nuray nurcan nurhan nuri nurten oğuz oğuzhan oktay
    okan orçun orhan osman oya özge özgür pakize perihan pınar rabia ramazan rasim recep refik
    remzi reyhan rıza rukiye rüstem sabri sadık safiye saliha samet saniye seda sedat sefa selçuk
    selda selim selman semiha semra serap sercan serdar serkan serpil sevcan sevda sevgi sevilay
    sevinç seyfi sezen sezgin sibel songül soner suat süleyman sümeyye şaban şengül şenol şerife
    şeyma şükran şükrü tahir tahsin talat tamer tansu tarık tayfun tevfik tolga tolgahan tuba tugay
    tuğçe tunç turgay turgut türkan ufuk uğur ülkü ümit ümmü vahit veysel volkan yakup yasemin
    yasin yaşar yavuz yeliz yılmaz yiğit yunus yusuf yüksel zehra zeki zekiye zeliha zerrin ziya
    zübeyde züleyha adalberto ademir adenilson adilson adriano aguinaldo alcides aldair alessandra
    alexandre alice aline aloísio álvaro amanda américo ananias andréia andressa ângela aparecida
    arlindo arnaldo artur augusto beatriz benedita benedito bernardete brenda bruna caio camila
    carla carlos cássio cátia cecília célia celso cíntia clarice cláudia cláudio cleber cleide
    cleonice conceição cristiane cristiano cristina dalva daniela danilo débora denise diego dirceu
    diogo douglas edilson edmilson edson eduarda eduardo elaine eliane elisângela elton emerson
    érica ester eunice evandro everton fabiana fabiano fábio fabrício fátima felipe fernanda flávia
    flávio francisca gabriel geraldo gerson gilberto gilson giovana giovani gisele gláucia graça
    graziela guilherme gustavo heitor helena hélio henrique hermínia humberto igor inácio inês
    ingrid iracema isabela isadora ivone jacira jaime jandira janaína jaqueline jair jefferson
    jéssica joana joão joaquim joaquina joice jorge josefa josé joyce juliana juliano jurema
    jussara karina kátia kelly larissa laís leandro leonardo leonor letícia lídia lívia lúcia
    luciana luciano lucimar luísa luiz luiza luzia magali manuel manuela marcela marcelo márcia
    márcio marcos margarida maria mariana marina marlene marli marta mateus maurício mauro mayara
    michele miguel milena milton miriam moacir mônica murilo nádia natália neide nélson neusa
    nilton nilza nuno odete odilon olívia orlando osvaldo otávio pâmela patrícia paulo pedro
    priscila rafael rafaela raimunda raimundo raquel regiane regina reinaldo renan renata renato
    ricardo roberta roberto rodolfo rodrigo rogério romeu ronaldo rosana rosane rosângela roseli
    rosemeire rubens rui ruth sabrina salete samuel sandra sebastião sérgio severino sheila sílvia
    silvana silvio simone solange sônia suely susana suzana tainá taís tânia tatiana telma teresa
    terezinha thaís thales thiago tomás valdecir valdemar valdir valéria vanderlei vanessa vânia
    vera verônica vicente vinícius vitória viviane wagner walter wanderley washington wellington
    wesley william wilson yara yasmin yuri zélia zilda afonso anabela armando belmiro custódia
    deolinda dulce duarte estela eurico filipa filipe firmino florbela germano gonçalo graciete
    hermenegildo idalina ilda irene ivo jacinto lurdes madalena martim matilde mafalda natércia
    octávio odília olinda rosária salvador simão tiago tomé umbelina vasco xavier aminata abdoulaye
    adama aïssata aissatou amadou amara assane awa bintou boubacar cheikh coumba demba diarra
    djibril fanta fatimata fatou fatoumata hawa ibrahima issa kadiatou khady lamine maïmouna
    mamadou mariama modibo moussa ndeye ousmane oumar oumou papa penda salimata samba seydou sekou
    souleymane thierno youssouf oluwaseun olumide oluwatobi olufemi folake funmilayo adebayo adeola
    ayodele babatunde bukola chiamaka chidi chidinma chijioke chinedu chinonso chukwuemeka damilola
    ebele efua emeka enitan femi ifeoma ifeanyi ikenna ijeoma kehinde kelechi kofi kwabena kwaku
    kwame kwesi kayode lekan nkechi nkem nneka nnamdi ngozi obinna obioma okechukwu olamide ololade
    omolara onyeka segun seyi sola taiwo temitope tobenna tunde uchenna uzoma yaw yewande zainab
    abena abiola adwoa akosua akua ama amma esi aadhya aarti abhijit abhishek aditi aditya ajay
    akash akhil akshay amit amrita anand ananya anika anil anita anjali ankit ankita anupam anurag
    aparna archana arjun arun aruna arvind asha ashish ashok avinash bhavna chandra deepa deepak
    deepika devika dinesh divya gaurav gayatri geeta gopal govind harish harpreet harsh hema isha
    jaspreet jyoti kabir kamal kavita kavya kiran kishore komal krishna kunal lakshmi lalita madhav
    madhuri mahesh manish manisha manoj manpreet meena meera mehul mohan mohit mukesh namrata
    nandini naresh naveen neeraj neha nidhi nikhil nilesh nisha nitin pallavi pankaj parth parvati
    pooja prabhat pradeep prakash pranav prasad prashant pratik praveen preeti prem priya priyanka
    puneet radha radhika rahul rajat rajeev rajendra rajesh rajiv rakesh ramesh rashmi ravindra
    rekha reshma riya rohan rohit roshni sachin sahil sameer sandeep sangeeta sanjana sanjay
    sanjeev santosh sarita satish savita seema shalini shankar sharad shilpa shivani shobha shreya
    shruti shubham shweta siddharth smita sneha sonal sonia srinivas subhash sudha sudhir sujata
    sumit sunil sunita suresh surya sushma swati tanvi tarun uday uma usha varun vijay vikas vikram
    vimala vinay vinod vishal vivek yash yogesh abdelkader abdellah abderrahim abderrahman
    abdulaziz abdulrahman adil ahlam aicha aisha amina anass anwar asma ayoub aziz bader bilal
    bouchra brahim dounia driss fadila fadwa fahad farid farida fatiha fatima fatna fouad ghada
    habiba hajar hakim halima hamid hamza hanane hanan hassan hatim hicham hind houda houria
    hussein ibtissam ikram ilham ilyas imad iman imane jamal jamila karim karima khadija khadijah
    khaled khalid latifa layla leila leïla lotfi loubna mahdi mahmoud malak malika mariam maryam
    mehdi mohamed mohammad mohammed mounir mourad mouna mustapha nabila nabil nadia naima najat
    najib nasreen nasser nawal noura nour noureddine omar othman rachid rachida rafik rania rashid
    redouane rim riad saad sabah safia said saïd saida salah salim salima salma samia samir samira
    sana sanaa siham slimane sofiane soraya soufiane tarek tariq walid wassim widad yacine yahya
    yasmina yassin yassine youcef younes youssef zahra zakaria zineb zohra aleksandra aleksandr
    aleksei alexei alyona anastasia anastasiia anatoliy andrei andrii andriy artem bohdan daria
    daryna denys dmitri dmitry dmytro fedir galina halyna hanna ihor ilya inna iryna ivan kateryna
    konstantin ksenia larysa liudmyla lyudmila maksym marharyta mariia maryna mykhailo mykola
    mykyta nadiya nataliia natalya nikita nikolai oksana oleg oleh oleksandr oleksandra oleksii
    oleksiy olena olha pavlo petro polina roman ruslan sergei serhii serhiy solomiia stanislav
    stepan svetlana svitlana taras tatyana tetiana tetyana vadym valentyn valeriia vasyl viktor
    viktoriia vladimir vladyslav volodymyr vyacheslav yana yaroslav yelena yevhen yuliia yulia
    yuriy zhanna zoriana alejandra alfonso amaia ander anxo arantxa asier begoña belén berta borja
    brais candelaria catalina cayetana conchita dámaso edurne eider elvira encarna encarnación
    eneko estefanía eulalia eusebio fermín fernando gerardo gonzalo gorka graciela hortensia iker
    iñaki íñigo iratxe irune itziar joaquín jokin jordi josep josune koldo laia leire leocadia
    lourdes macarena maite manolo marisol maribel matías mercè mikel milagros miren montserrat
    montse nerea neus núria oihana oriol pablo paloma paqui pepa pili purificación ramiro remedios
    rosalía saioa unai visitación xabier xavi ximena xiomara yolanda zuriñe facundo fausto hernán
    lautaro maximiliano nahuel rocío santino valentino yamila yanina adelheid agathe annegret
    annelie annemarie bärbel birgit brigitte burkhard cordula detlef dietmar dörte eckhard
    edeltraud ekkehard elfriede elke elsbeth friedhelm friederike gerda gerlinde giesela gisela
    gudrun hannelore hartmut hedwig heinrich helmtrud hiltrud holger horst ingeborg irmgard jochen
    jörn joachim jürgen jutta karlheinz käthe kerstin klaus leonie lieselotte lorenz mareike
    margret margarete marlies mechthild mirjam norbert ottilie reinhard reinhold renate roswitha
    rüdiger siegfried siglinde sigrid silke sieglinde sönke tjark thorsten traute ulrike ursula uwe
    volker waltraud wiebke wilfried wilhelm winfried wolfgang annelies anneke annemiek annie anouk
    aukje bernadette bouke bram carolien corrie daan dirkje djoke dorien elske evelien femke fenna
    fokke frits geertje geertruida gerrit gijsbert gijs greetje guusje hanneke harm hendrik
    hendrika henk hennie henriëtte hilde ineke inge jaap jacoba jacqueline janneke janny jasper
    jeroen joke jolanda joost jorrit jurgen karin kees klaas koos lieke liesbeth loes lotte maaike
    maarten machteld margriet marieke mariëlle marijke marjolein marleen marloes mathijs merel
    mieke niels nienke pieter rianne rinus roelof ruud sander saskia sietske siebren sjaak sjoerd
    sjors sofie stijn tineke tjeerd truus willeke willem wilma wouter wietske yvonne ünal aurélie
    bénédicte bérengère blandine bastien baptiste capucine céline chloé clémence corentin élodie
    estelle étienne fabienne fabrice fanny félicie florian françoise gaëlle gaëtan geneviève
    ghislaine gilles guillaume gwenaëlle hélène hervé huguette irène jérémie jérôme joëlle josette
    josiane laetitia léa loïc lucette ludivine ludovic madeleine maëlle manon marcelle marguerite
    marine martine mathilde maud maxime mélanie mireille morgane muriel myriam nadège nathalie
    nicole noémie odette odile pascale paulette philippe pierrette quentin raymonde régine rémi
    renée romain roselyne sandrine solène sophie stéphane stéphanie suzanne sylvain sylvie thérèse
    thibault thierry tiphaine valérie véronique violaine virginie yannick yohann yvette agnese
    alessandro alessia alfonsina ambrogio annalisa antonella antonietta arianna assunta aurelio
    beatrice benedetta calogero carmela carmelo chiara ciro concetta corrado davide donatella
    edoardo elisabetta emanuela enrico enza eleonora fabrizio federica federico filippo filomena
    francesca francesco gabriele gaetano gennaro giacomo giada gianluca gianni giancarlo gianfranco
    gilda giorgia giorgio giovanni giovanna giuditta giulia giuliano giuseppe giuseppina graziella
    grazia ilaria immacolata ivana lorenza lorenzo loredana luca lucrezia ludovico luigi luigia
    maddalena marcello mariagrazia mariangela marilena marisa massimiliano matteo maurizio michela
    mirella nicola nicoletta nunzia ornella ottavia pasquale patrizia pierluigi pietro raffaele
    raffaella riccardo rosalba rosanna rosaria rossella salvatore samuele serena settimio simona
    stefania stefano tiziana tommaso umberto valentina vincenza vincenzo vittoria vittorio will
    bill mark jack max sam ray pat art rob sue dawn hope may april june aisling aoife bronagh
    caoimhe cathal ciarán clodagh conor deirdre dermot declan eimear eoin fergal fiadh finbarr
    gráinne grainne iwan lowri maeve mairead niamh oisín orla padraig paddy rhys ronan saoirse
    seamus sian siân siobhan siobhán sinead sinéad sorcha tadhg tyrell deshawn latoya keisha
    lakisha shanice tyrone darnell kareem malik malcolm beth becca tilly nell alfie archie freya
    imogen isla poppy angharad bethan carys cerys dafydd dilys emrys gareth gethin geraint glenys
    gwen huw ieuan mair megan nerys owain rhiannon sioned tegan agnieszka gemma callum hamish iain
    eilidh catriona ewan fraser morag
    """
)
"""First names."""

LAST = word_set(
    """
    akbulut akın akkaya aktaş alkan altun ateş avcı aydoğan bayrak bilgiç bozkurt bulut can cengiz
    ceylan çakır çetinkaya çiftçi dağdeviren demirci demirel demirtaş dinç doğan duman ekinci er
    erdoğan ergin erol eren gül güneş gündoğdu gürbüz karabulut karaca karadağ karakaya karakoç
    karakuş kartal kayahan keskin kılıç kıran koçak köse kurtuluş öner önal özcan özer özkan sağlam
    sarı sezer soylu sönmez şimşek tan taşkın tekin toprak topal tunç tunçer turgut türk türkmen
    uçar uğurlu ulusoy ünal ünlü uysal yalçınkaya yavuz yazıcı yıldırım yücel yüksel diallo diop
    fall traoré traore coulibaly keita camara koné kone touré toure cissé ndiaye sarr sow diouf
    gueye mbaye sissoko bamba ouattara bankole adebayo adeyemi okafor okonkwo okoye eze nwosu obi
    balogun mensah owusu boateng asante appiah osei agyeman nguyen nguyễn tran trần pham phạm hoang
    huynh dang bui ngo duong chen zhang wang liu huang zhao zhou yang kim park choi jung kang
    tanaka suzuki sato yamamoto patel sharma singh kumar gupta khan ahmed hussain iqbal malik shah
    mehta desai joshi deshpande iyer nair reddy rao menon chowdhury rahman begum akhtar kowalski
    kowalczyk wiśniewski wójcik kamiński lewandowski zieliński szymański woźniak dąbrowski
    kozłowski jankowski wojciechowski kwiatkowski kaczmarek piotrowski grabowski michalski
    olszewski jaworski malinowski górski rutkowski sikorski baran szewczyk pietrzak shevchenko
    kovalenko bondarenko tkachenko kravchenko oliynyk kovalchuk petrenko ivanov ivanova petrov
    petrova smirnov smirnova kuznetsov popov popescu ionescu benali bensalem bouazza cherif haddad
    hamdi khelifi mansouri saidi zidane
    """
)
"""Last names."""
