"""How people really type: slips, missing accents, lower case, quoted mails, personal data."""

import re
import string
from collections.abc import Mapping
from typing import Final
from unicodedata import combining, normalize

from numpy.random import Generator

from data.synthetic.bank import pick

_ROWS: Final = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
}
_PROTECTED = re.compile(r"\S*[\d@{]\S*")
_EMOJI = ("🙂", "😀", "🙏", "😡", "😕", "👍", "❤️", "😭", "🤔", "😊")
_FILLERS: Final = {"en": ("uh", "um", "so"), "fr": ("euh", "alors", "ben"), "de": ("äh", "also")}

# Ranges that the regulators keep for fiction, so that no example can ring anywhere.
_PHONES: Final = {
    "en": ("020 7946 0{:03d}", "+44 20 7946 0{:03d}", "0161 496 0{:03d}", "0131 496 0{:03d}"),
    "fr": ("01 99 00 {:02d} {:02d}", "+33 2 61 91 {:02d} {:02d}", "04 65 71 {:02d} {:02d}"),
    "de": ("030 23125 {:03d}", "+49 171 39200{:02d}", "0176 040690{:02d}", "089 99998 {:03d}"),
}
# Bank codes that no bank has.
_ACCOUNTS: Final = {
    "en": ("GB", "TEST000000"),
    "fr": ("FR", "0000000000"),
    "de": ("DE", "00000000"),
}
_ACCOUNT_DIGITS: Final = {"GB": 8, "FR": 13, "DE": 10}
_DOMAINS: Final = ("example.org", "example.com", "example.net", "mail.example", "post.example")


def type_carelessly(text: str, language: str, care: float, rng: Generator) -> str:
    """Make slips in ``text``; ``care`` in [0, 1] is how carefully the writer types.

    Words that hold a digit or an @ stay as they are: a wrong number is another kind of error.
    """
    words = text.split(" ")
    rate = 0.09 * (1.0 - care)
    for position, word in enumerate(words):
        if rng.random() < rate and len(word) > 3 and not _PROTECTED.match(word):
            words[position] = _slip(word, language, rng)
    text = " ".join(words)
    sloppy = rng.random(4)
    if sloppy[0] > care + 0.35:
        text = text.lower()
    if sloppy[1] > care + 0.25:
        text = without_accents(text, language)
    if sloppy[2] > care + 0.45:
        text = re.sub(r"(?<!\d)[.,?!;:]+(?=\s|$)", "", text)
    if sloppy[3] > care + 0.60:
        text = text.replace(". ", ".").replace("?", "??")
    return text


def shorten(text: str, short: Mapping[str, str], rng: Generator) -> str:
    """Use some of the abbreviations of chats."""
    for long, brief in short.items():
        if rng.random() < 0.5:
            text = re.sub(rf"\b{re.escape(long)}\b", brief, text, flags=re.IGNORECASE)
    return text


def spoken(text: str, language: str, rng: Generator) -> str:
    """Write ``text`` as a transcript of speech: no marks, no capitals, fillers."""
    plain = re.sub(r"[^\w\s@'’.-]|(?<=\w)[.](?=\s|$)", " ", text.lower())
    words = plain.split()
    for _ in range(1 + int(rng.random() * 2)):
        words.insert(int(rng.random() * len(words)), pick(rng, _FILLERS[language]))
    return " ".join(words)


def emoji(rng: Generator) -> str:
    """Return one to three of the same emoji."""
    return pick(rng, _EMOJI) * (1 + int(rng.random() * rng.random() * 3))


def without_accents(text: str, language: str) -> str:
    """Drop accents; German umlauts become two letters, as on a foreign keyboard.

    >>> without_accents("Où est mon reçu ?", "fr"), without_accents("Grüße", "de")
    ('Ou est mon recu ?', 'Gruesse')
    """
    if language == "de":
        pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
        for letter, plain in pairs.items():
            text = text.replace(letter, plain)
    return "".join(c for c in normalize("NFD", text) if not combining(c) or c == "\ufe0f")


def iban(language: str, rng: Generator) -> str:
    """Return an IBAN with right check digits and a bank code that no bank has.

    References
    ----------
    ISO 13616: check digits are 98 minus the number modulo 97.
    """
    country, bank = _ACCOUNTS[language]
    account = "".join(str(int(d)) for d in rng.integers(0, 10, _ACCOUNT_DIGITS[country]))
    if country == "FR":
        account = account[:11] + f"{_french_key(bank, account[:11]):02d}"
    letters = (bank + account + country + "00").upper()
    number = "".join(
        str(string.ascii_uppercase.find(c) + 10) if c.isalpha() else c for c in letters
    )
    whole = f"{country}{98 - int(number) % 97:02d}{bank}{account}"
    return (
        " ".join(whole[i : i + 4] for i in range(0, len(whole), 4)) if rng.random() < 0.6 else whole
    )


def phone(language: str, rng: Generator) -> str:
    """Return a telephone number from a range kept for fiction."""
    pattern = pick(rng, _PHONES[language])
    width = 3 if ":03d" in pattern else 2
    numbers = [int(rng.random() * 10**width) for _ in range(pattern.count("{"))]
    return pattern.format(*numbers)


def address(name: str, rng: Generator) -> str:
    """Return an e-mail address in a reserved domain for ``name``.

    Returns
    -------
    str
        Such as ``lea.picard@example.org``.
    """
    local = without_accents(name.lower().replace("ø", "o"), "de")
    joined = pick(rng, (".", "_", "")).join(re.findall(r"[a-z]+", local))
    number = str(int(rng.random() * 90) + 10) if rng.random() < 0.3 else ""
    return f"{joined}{number}@{pick(rng, _DOMAINS)}"


def quote(text: str, header: str) -> str:
    """Quote an earlier mail under its header line."""
    return header + "\n" + "\n".join(f"> {line}" for line in text.splitlines())


def _french_key(bank: str, account: str) -> int:
    # RIB key: bank (5) and branch (5) and account (11), weighted 89, 15 and 3.
    return 97 - (89 * int(bank[:5]) + 15 * int(bank[5:]) + 3 * int(account)) % 97


def _slip(word: str, language: str, rng: Generator) -> str:
    at = 1 + int(rng.random() * (len(word) - 2))
    kind = rng.random()
    if kind < 0.30:
        return word[:at] + word[at + 1 :]
    if kind < 0.55:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    if kind < 0.70:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _neighbour(word[at], language, rng) + word[at + 1 :]


def _neighbour(letter: str, language: str, rng: Generator) -> str:
    for row in _ROWS[language]:
        at = row.find(letter.lower())
        if at >= 0:
            return pick(rng, row[max(at - 1, 0) : at] + row[at + 1 : at + 2])
    return letter
