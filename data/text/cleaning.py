"""The writer's own words: quoted replies, forwarded mail, signatures and disclaimers removed."""

import re
import unicodedata

from data.text.markup import looks_like_markup, strip_markup
from data.text.quotes import drop_quotes
from data.text.signatures import drop_disclaimers, drop_signature

# Line ends become "\n"; soft hyphens, zero-width, direction marks and other controls go.
_TRANSLATION: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), None),
    **dict.fromkeys((0x09, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)), " "),
    **dict.fromkeys((0x0A, 0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n"),
    **dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), None),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), None),
}
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u1680\u2000-\u206f\u3000\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r" {2,}")
_BLANK_LINES = re.compile(r"\n{3,}")
_PICTURE = re.compile(r"\[(?:cid:|image:|inline image)[^\[\]\n]{0,200}\]", re.IGNORECASE)


def clean(text: str, *, passed_on: bool = False) -> str:
    r"""Return the writer's own words.

    HTML is stripped; quoted replies, forwarded blocks with their headers, signatures, "sent
    from my phone" lines and legal disclaimers are removed in nine languages; unicode is
    normalised to NFC, spaces are collapsed and at most one blank line is kept in a row.

    Parameters
    ----------
    text : str
        A message as it came, of any length. A missing value counts as empty.
    passed_on : bool
        Whether its subject says that it is passed on; see :func:`data.text.subjects.is_passed_on`.

    Returns
    -------
    str
        At most as long as the NFC form of the input; empty when nothing is the writer's own.
        Never raises, and takes time linear in the length.

    Examples
    --------
    >>> clean("Where is it?\n\nOn 3 Mar 2025 at 10:12, Help <help@shop.example> wrote:\n> Hi")
    'Where is it?'
    """
    if not isinstance(text, str) or not text:
        return ""
    if looks_like_markup(text):
        text = strip_markup(text, passed_on=passed_on)
    lines = [line.strip(" ") for line in normalise(text).split("\n")]
    lines = drop_signature(drop_quotes(lines, passed_on=passed_on))
    lines = drop_disclaimers(lines)
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def normalise(text: str) -> str:
    """Return ``text`` in NFC with plain spaces and line breaks and without control characters.

    Lone surrogates become U+FFFD, so that the result can always be encoded.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if _ODD.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TRANSLATION)
    text = _PICTURE.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", text)
