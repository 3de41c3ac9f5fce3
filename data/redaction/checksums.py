"""Check digits of bank, card and national numbers; one published formula each.

Every function takes the bare number (no spaces, upper case) and assumes its shape is right.
"""

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def is_luhn(digits: str) -> bool:
    """Check a card number.

    References
    ----------
    ISO/IEC 7812-1, annex B.
    """
    odd = sum(int(d) for d in digits[-1::-2])
    even = sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (odd + even) % 10 == 0


def is_iban(iban: str) -> bool:
    """Check an international bank account number.

    References
    ----------
    ISO 13616-1, ISO/IEC 7064 (MOD 97-10).
    """
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def is_nir(number: str) -> bool:
    """Check a French social security number of 15 characters (Corsica: 2A is 19, 2B is 18)."""
    digits = number[:13].replace("2A", "19").replace("2B", "18")
    return digits.isdigit() and int(digits) % 97 + int(number[13:]) == 97


def is_steuer_id(digits: str) -> bool:
    """Check a German tax number of 11 digits.

    Of the first ten, one digit occurs two or three times and the others at most once.

    References
    ----------
    ISO/IEC 7064 (MOD 11,10); § 139b AO.
    """
    counts = sorted(digits[:10].count(d) for d in set(digits[:10]))
    if digits[0] == "0" or counts[-1] not in (2, 3) or counts[-2] > 1:
        return False
    product = 10
    for d in digits[:10]:
        product = ((int(d) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def is_dni(number: str) -> bool:
    """Check a Spanish DNI (8 digits, letter) or NIE (X, Y or Z, 7 digits, letter)."""
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(digits) % 23] == number[-1]


def is_codice_fiscale(code: str) -> bool:
    """Check an Italian codice fiscale of 16 characters.

    References
    ----------
    Decreto ministeriale 23 dicembre 1976, article 7.
    """
    odd = sum(_CF_ODD[c] for c in code[0:15:2])
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in code[1:15:2])
    return ord("A") + (odd + even) % 26 == ord(code[15])


def is_bsn(digits: str) -> bool:
    """Check a Dutch BSN of 9 digits (the "eleven test")."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(w * int(d) for w, d in zip(weights, digits, strict=True))
    return total > 0 and total % 11 == 0


def is_pesel(digits: str) -> bool:
    """Check a Polish PESEL of 11 digits: check digit and date of birth."""
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    month, day = int(digits[2:4]) % 20, int(digits[4:6])
    total = sum(w * int(d) for w, d in zip(weights, digits, strict=True))
    return 1 <= month <= 12 and 1 <= day <= 31 and total % 10 == 0


def is_nif(digits: str) -> bool:
    """Check a Portuguese NIF of 9 digits."""
    rest = 11 - sum(w * int(d) for w, d in zip(range(9, 1, -1), digits, strict=False)) % 11
    return digits[0] in "1235689" and int(digits[8]) == (0 if rest >= 10 else rest)


def is_personnummer(digits: str) -> bool:
    """Check a Swedish personal or coordination number of 10 digits, or 12 with the century.

    References
    ----------
    Skatteverket, SKV 704: the last digit is that of `is_luhn` over ten; of a coordination number
    the day is 60 more.
    """
    short = digits[-10:]
    month, day = int(short[2:4]), int(short[4:6])
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91) and is_luhn(short)


def is_tckn(digits: str) -> bool:
    """Check a Turkish identity number of 11 digits: two check digits."""
    d = [int(c) for c in digits]
    tenth = (7 * sum(d[0:9:2]) - sum(d[1:8:2])) % 10
    return d[0] != 0 and tenth == d[9] and sum(d[:10]) % 10 == d[10]


def is_cpf(digits: str) -> bool:
    """Check a Brazilian CPF of 11 digits: two check digits."""
    d = [int(c) for c in digits]
    first = sum(w * c for w, c in zip(range(10, 1, -1), d, strict=False)) * 10 % 11 % 10
    second = sum(w * c for w, c in zip(range(11, 1, -1), d, strict=False)) * 10 % 11 % 10
    return len(set(digits)) > 1 and d[9] == first and d[10] == second
