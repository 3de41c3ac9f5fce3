"""HTML of mails and chat widgets to plain text, without the parts that quote others.

A hand-written scan rather than a parser: it must end in linear time on any input, and mail
HTML is rarely well formed.
"""

import html
import re
from collections.abc import Iterator

from data.text.quotes import starts_with_headers

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,20})(?=[\s/>])([^<>]*+)>")
_KNOWN = re.compile(
    r"</?(?:html|head|body|div|p|br|span|table|tbody|tr|td|th|blockquote|a|b|i|u|em|strong|ul|ol|li"
    r"|font|h[1-6]|hr|img|meta|style|title|pre|code|center|small|o:p)(?=[\s/>])[^<>]*+>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#39|#x27|#160);")
# int() refuses decimal strings of thousands of digits, and html.unescape calls it.
_LONG_REFERENCE = re.compile(r"&#[0-9]{8,}+;?")
_COMMENT = re.compile(r"<!(?:--|\[)")
_QUOTING = re.compile(
    r"gmail_quote|gmail_attr|gmail_signature|gmail_extra|yahoo_quoted|moz-cite-prefix|moz-signature"
    r"|protonmail_quote|protonmail_signature|zmail_extra|divRplyFwdMsg|OLK_SRC_BODY"
    r"|appendonsend|AppleMailSignature|ms-outlook-mobile-signature|[\"']Signature[\"']"
)
# Outlook marks replies and what is passed on alike; where headers follow, drop_quotes tells.
_CUTTING = re.compile(r"divRplyFwdMsg|OLK_SRC_BODY|appendonsend")
_HEADERS_WITHIN = 4_000
_BOLD = frozenset({"b", "strong", "span", "font"})
# What is passed on stands in the elements of quotes; drop_quotes knows if it is the request.
_FORWARDED = re.compile(
    r"(?:\s++|&nbsp;|[-_=*]++|<[^<>]*+>){0,40}+(?:forwarded message|begin forwarded message"
    r"|message (?:transféré|réexpédié)|début du message (?:transféré|réexpédié)"
    r"|(?:anfang der )?weitergeleitete[n]? (?:nachricht|e-?mail)"
    r"|mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato"
    r"|inizio (?:del )?messaggio inoltrato|doorgestuurd bericht"
    r"|begin (?:van )?(?:het )?doorgestuurde? bericht|wiadomość przekazana|przekazana wiadomość"
    r"|początek przekaz(?:yw)?anej wiadomości|mensagem (?:re)?encaminhada"
    r"|início da mensagem (?:re)?encaminhada|(?:iletilen|yönlendirilen|iletilmiş) (?:mesaj|ileti))",
    re.IGNORECASE,
)
_SILENT = frozenset({"script", "style", "head", "title"})
_VOID = frozenset({"br", "hr", "img", "meta", "link", "input"})
_BLOCK = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"blockquote", "pre", "center", "section", "article"}
)


def looks_like_markup(text: str) -> bool:
    """Tell whether a text holds HTML tags or character references."""
    return ("<" in text and _KNOWN.search(text) is not None) or (
        "&" in text and _ENTITY.search(text) is not None
    )


def strip_markup(text: str, *, passed_on: bool = False) -> str:
    """Return the readable text of an HTML message.

    Scripts, styles, quoted replies and signature blocks marked as such by the large mail
    clients are left out; block tags become line breaks. Never raises.

    Parameters
    ----------
    text : str
    passed_on : bool
        Whether the subject says that a mail is passed on; then it may stand there alone.
    """
    text = _drop_comments(text)
    tags = list(_TAG.finditer(text))
    if any(tag[2].lower() in _BLOCK for tag in tags):
        text = text.replace("\r", " ").replace("\n", " ")
    body = "".join(_readable(text, tags, passed_on))
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", body))


def _drop_comments(text: str) -> str:
    """Remove ``<!-- -->`` and conditional comments; an unclosed one is left in place."""
    parts: list[str] = []
    at = 0
    while (opening := _COMMENT.search(text, at)) is not None:
        mark = "-->" if opening[0] == "<!--" else "]>"
        end = text.find(mark, opening.end())
        if end < 0:
            break
        parts.append(text[at : opening.start()])
        at = end + len(mark)
    parts.append(text[at:])
    return "".join(parts)


def _readable(
    text: str, tags: list[re.Match[str]], passed_on: bool, *, cutting: bool = True
) -> Iterator[str]:
    """Yield the text between tags, leaving out silent and quoting elements.

    With ``cutting`` all ends at the first mark of Outlook, unless headers of a mail follow it
    and something stands above them.
    """
    last_close = {tag[2].lower(): tag.start() for tag in tags if tag[1]}
    at, skipping, depth, said = 0, "", 0, passed_on
    for tag in tags:
        name, closing = tag[2].lower(), bool(tag[1])
        if skipping:
            if name == skipping:
                depth += -1 if closing else 1
            if depth == 0:
                skipping, at = "", tag.end()
            continue
        if _is_address(tag[3]):
            continue
        piece = text[at : tag.start()]
        said = said or piece.strip() not in ("", "&nbsp;")
        yield piece
        at = tag.end()
        outlook = not closing and _CUTTING.search(tag[3]) is not None
        if outlook and cutting:
            if not said or not _headers_follow(text[at : at + _HEADERS_WITHIN]):
                return
            cutting = False
        closed = last_close.get(name, -1) > tag.start()
        opens = not closing and name not in _VOID and closed and not outlook
        if opens and _is_left_out(name, tag[3]) and not _FORWARDED.match(text, at):
            skipping, depth = name, 1
        if closing and name in _BOLD and text.endswith(":", 0, tag.start()):
            yield " "  # of <b>From:</b>Anna
        yield _instead_of(name, closing)
    if not skipping:
        yield text[at:]


def _headers_follow(text: str) -> bool:
    found = "".join(_readable(text, list(_TAG.finditer(text)), True, cutting=False))
    lines = (line.strip() for line in html.unescape(_LONG_REFERENCE.sub("", found)).split("\n"))
    return starts_with_headers([line for line in lines if line])


def _is_left_out(name: str, attributes: str) -> bool:
    return name in _SILENT or name == "blockquote" or _QUOTING.search(attributes) is not None


def _is_address(attributes: str) -> bool:
    """Tell ``<anna @example.org>`` apart from a tag."""
    return "@" in attributes and "=" not in attributes


def _instead_of(name: str, closing: bool) -> str:
    if name == "li":
        return "" if closing else "\n- "
    if name in _BLOCK:
        return "\n"
    return " " if name in ("td", "th") else ""
