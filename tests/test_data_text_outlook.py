"""Mails that Outlook passes on or answers, as HTML, in nine languages."""

import pytest

from data.text import clean
from data.text.subjects import is_passed_on
from data.ticket import Ticket

ASKED = "Where is my parcel 4711 please?"
OWN = "My own question is about the invoice of March, it is too high and I will not pay it."
HEADERS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De&nbsp;", "Envoyé&nbsp;", "À&nbsp;", "Objet&nbsp;"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato il", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Od", "Wysłane", "Do", "Temat"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Gönderen", "Gönderme Tarihi", "Alıcı", "Konu"),
]
GIVEN = ("Anna &lt;anna@shop.example&gt;", "3 March 2025 10:12", "Help", "Late parcel")
WORD = (
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in'><p class=MsoNormal>"
    "{0}</p></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
)
WEB = (
    '<div id="appendonsend"></div><hr style="width:98%" tabindex="-1">'
    '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{0}</font><div>&nbsp;</div></div>'
)
MAC = '<span id="OLK_SRC_BODY_SECTION"><div>{0}</div><div></div></span>'
TABLE = '<hr tabindex="-1"><table>{0}</table>'
FORMS = {
    "word": (WORD, "<b><span\nlang=DE>{0}:</span></b> {1}<br>\n"),
    "web": (WEB, "<b>{0}:</b> {1}<br>"),
    "mac": (MAC, "<span><b>{0}:</b></span>{1}<br>"),
    "table": (TABLE, "<tr><td><b>{0}:</b></td><td>{1}</td></tr>"),
    "close": (WORD, "<b>{0}:</b>{1}<br>"),
}


def headers(names: tuple[str, ...], form: str) -> str:
    around, line = FORMS[form]
    return around.format("".join(line.format(*pair) for pair in zip(names, GIVEN, strict=True)))


def mail(above: str, names: tuple[str, ...], form: str) -> str:
    return (
        f"<html><head><style>p{{margin:0}}</style></head><body><div class=WordSection1>{above}"
        f"{headers(names, form)}<p>{ASKED}</p>{headers(HEADERS[0], 'web')}<p>History.</p>"
        "</div></body></html>"
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("names", HEADERS)
def test_what_is_passed_on_is_read_and_what_is_answered_is_not(names, form) -> None:
    assert clean(mail("<p>FYI</p>", names, form)) == ASKED
    assert clean(mail(f"<p>{OWN}</p>", names, form)) == OWN
    assert clean(mail("<p>&nbsp;</p>", names, form), passed_on=True) == ASKED
    assert clean(mail("<p>See this.</p>", names, form), passed_on=True) == f"See this.\n\n{ASKED}"
    assert clean(mail(f"<p>{OWN}</p>", names, form), passed_on=True) == OWN


def test_nothing_above_an_answer_is_nothing() -> None:
    assert clean(mail("<p>&nbsp;</p>", HEADERS[1], "web")) == ""


def test_marks_without_headers_we_know_cut() -> None:
    unknown = "<p>FYI</p><div id='divRplyFwdMsg'><b>Från:</b> Anna<br><b>Skickat:</b> 3 mars</div>"
    assert clean(unknown + "<p>History.</p>") == "FYI"


SIGNED = "<p>Mit freundlichen Grüßen</p><p>Erika Example</p><p>Example GmbH</p>"


@pytest.mark.parametrize("form", ["word", "web"])
def test_the_subject_tells_if_a_mail_below_a_signature_is_passed_on(form) -> None:
    body = mail(SIGNED, HEADERS[1], form)

    def read(subject: str) -> str:
        return Ticket.from_mapping({"id": "1", "subject": subject, "text": body}, "lumen").body

    assert read("WG: Paket") == ASKED
    assert read("AW: Paket") == ""


def test_an_answer_in_the_same_conversation_is_not_passed_on() -> None:
    said = [
        ("customer", "Where is it?"),
        ("agent", "Here."),
        ("customer", mail("<p>Thank you.</p>", HEADERS[0], "web")),
    ]
    messages = [{"author": author, "text": text} for author, text in said]
    ticket = Ticket.from_mapping(
        {"id": "1", "subject": "FW: Parcel", "messages": messages}, "lumen"
    )
    assert ticket.body == "Thank you."


@pytest.mark.parametrize(
    "subject", ["FW: a", "Fwd: a", "WG: a", "TR : a", "RV: a", "I: a", "PD: a", "ENC: a", "İLT: a"]
)
def test_subjects_of_mail_that_is_passed_on(subject: str) -> None:
    assert is_passed_on(subject)


@pytest.mark.parametrize("subject", ["", "RE: FW: a", "AW: a", "Fw a", "I want: a", "Invoice: a"])
def test_other_subjects(subject: str) -> None:
    assert not is_passed_on(subject)


PIECES = [
    "<div id='appendonsend'>",
    headers(HEADERS[0], "web"),
    "<div><b>From:</b>a@b.example</div>",
    "<b>:</b>",
    "<div id='divRplyFwdMsg'>x</div>",
]


@pytest.mark.parametrize("piece", PIECES)
def test_long_mails_end(piece: str) -> None:
    text = f"<p>FYI</p>{headers(HEADERS[0], 'web')}" + piece * (300_000 // len(piece))
    assert len(clean(text, passed_on=True)) <= len(text)
