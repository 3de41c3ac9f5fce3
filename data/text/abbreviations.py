"""Abbreviations that end with a full stop, in case-folded form without the last one."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MID: dict[str, frozenset[str]] = {
    "all": _set("dr prof mr mrs ms st vs cf e.g i.e p.s"),
    "en": _set(
        "jr sr misc messrs rev capt lt gen sgt gov dept approx appt apt ave blvd viz incl excl"
    ),
    "de": _set(
        "bzw ggf evtl inkl exkl zzgl abzgl z.b d.h u.a z.t i.d.r o.ä v.a s.o s.u m.e i.a str hr hrn"
        " ing dipl med kto bzgl betr vgl abb anm gem ggü mind mio mrd sog std stk tägl urspr"
        " vorm nachm vermutl wg zzt"
    ),
    "fr": _set(
        "m mm av mme mmes mlle mlles me mgr env c.-à-d c.à.d p.ex ex réf bd boul qté r.s.v.p chap"
    ),
    "es": _set(
        "sr sra sres sras srta dª dña ud uds vd vds avda av pza c/ ej p.ej tfno tlf aprox dto dpto"
        " excmo excma ilmo ilma lic ing dra"
    ),
    "it": _set(
        "sig sigg sig.ra sig.na dott dott.ssa ing avv geom rag arch egr gent spett prof.ssa p.es es"
        " cfr v.le p.zza c.so c.a s.p.a s.r.l"
    ),
    "nl": _set(
        "dhr mevr mw mej drs ir ing bijv bv d.w.z o.a m.b.t i.v.m t.a.v t.n.v a.u.b z.o.z t.o.v"
        " n.a.v e.d incl excl evt ong resp zgn gem m.a.w o.b.v p.p"
    ),
    "pl": _set(
        "np m.in tj tzn tzw ul al os ww zob inż mgr hab pan sz szt godz kom str pkt ust wg ok im św"
        " jw ds śp"
    ),
    "pt": _set(
        "sr sra srs sras srta dª exmo exma exmos exmas v.exa dra eng arq av pça trav p.ex telm tlm"
        " aprox máx mín"
    ),
    "tr": _set("bkz örn sn doç yrd müh cad sok sk mah apt blv bul çev ecz uzm"),
}
"""Never the end of a sentence."""

BEFORE_NUMBER: dict[str, frozenset[str]] = {
    "all": _set("no nr art fig tel vol ca max min ext ref p pp pg s pag tel"),
    "en": _set("jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun inv"),
    "de": _set(
        "jan feb mär apr jun jul aug sept okt nov dez mo di mi do fr sa so abs bd lt plz hausnr"
        " bestell-nr art.-nr kd.-nr rg.-nr re.-nr b aufl"
    ),
    "fr": _set("janv févr avr juil sept oct nov déc lun mar mer jeu ven sam dim tél n° nb"),
    "es": _set("ene feb mar abr may jun jul ago sept oct nov dic núm n.º nº pág págs"),
    "it": _set("gen feb mar apr mag giu lug ago set ott nov dic n artt pagg cell"),
    "nl": _set("jan feb mrt apr jun jul aug sept okt nov dec blz"),
    "pl": _set("stycz lut kwiet sierpn pt pn wt śr czw sob ndz niedz poz por"),
    "pt": _set("jan fev mar abr mai jun jul ago set out nov dez n.º nº núm pág págs r"),
    "tr": _set("oca şub mar nis may haz tem ağu eyl eki kas ara"),
}
"""Not the end of a sentence when a number follows."""

TERMINAL: dict[str, frozenset[str]] = {
    "all": _set("etc inc ltd co corp u.s u.k a.m p.m"),
    "en": _set("llc plc bros"),
    "de": _set("usw uvm u.v.m usf"),
    "fr": _set("s.a s.a.r.l"),
    "es": _set("s.a s.l ee.uu"),
    "it": _set("ecc"),
    "nl": _set("enz e.a b.v n.v"),
    "pl": _set("itd itp o.o s.a br bm"),
    "pt": _set("ltda lda s.a"),
    "tr": _set("vb vs vd a.ş şti"),
}
"""The end of a sentence only when a capital follows."""

ORDINAL_LANGUAGES = frozenset({"de", "pl", "tr"})
"""Languages that write ordinals as a number and a full stop."""

MONTHS: dict[str, frozenset[str]] = {
    "de": _set(
        "januar februar märz april mai juni juli august september oktober november dezember jänner"
    ),
    "pl": _set(
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada"
        " grudnia"
    ),
    "tr": _set("ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık"),
}
"""Names of months, as they follow an ordinal."""
