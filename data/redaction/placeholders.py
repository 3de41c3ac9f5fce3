"""Typed placeholders that stay stable within a ticket and never hold the value itself."""

import hmac
import json
import re
from typing import Self

from data.errors import ParameterError

TYPES: tuple[str, ...] = (
    "EMAIL", "PHONE", "IBAN", "CARD", "NATIONAL_ID", "URL", "IP", "ADDRESS", "NAME", "SECRET",
    "BIRTHDATE",
)  # fmt: skip
"""Kinds of personal data that are replaced."""

PLACEHOLDER = re.compile(rf"\[({'|'.join(TYPES)})_([0-9]{{1,6}})\]")
"""A placeholder as it stands in a redacted text, such as ``[EMAIL_1]``."""


class Placeholders:
    """Number the values of a ticket: the same value gets the same placeholder.

    Values are remembered as HMAC-SHA256 under a key, never in clear.

    Parameters
    ----------
    key : bytes, default=b""
        The secret under which values are hashed. Without one the numbers live in memory only:
        digests stay empty and ``to_json`` refuses, because a hash without a key of something
        as short as a phone number is as good as the number.

    Raises
    ------
    ParameterError
        If the key is not bytes.

    Examples
    --------
    >>> numbers = Placeholders(key=b"secret")
    >>> numbers.placeholder("EMAIL", "a@example.org"), numbers.placeholder("EMAIL", "b@example.org")
    ('[EMAIL_1]', '[EMAIL_2]')
    >>> numbers.placeholder("EMAIL", "a@example.org")
    '[EMAIL_1]'
    """

    def __init__(self, key: bytes = b"") -> None:
        if not isinstance(key, bytes):
            raise ParameterError(
                f"The 'key' parameter of Placeholders must be bytes. Got {type(key).__name__} "
                "instead."
            )
        self._key = key
        self._numbers: dict[str, dict[str, int]] = {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Placeholders):
            return NotImplemented
        return self._key == other._key and self._numbers == other._numbers

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counts = ", ".join(f"{kind}={len(found)}" for kind, found in self._numbers.items())
        return f"Placeholders({counts})"

    def digest(self, kind: str, value: str) -> str:
        """Return the keyed hash of a value as 64 hexadecimal digits; empty without a key."""
        return self._hash(kind, value) if self._key else ""

    def placeholder(self, kind: str, value: str, *, above: int = 0) -> str:
        """Return the placeholder of a value, the same one each time.

        Parameters
        ----------
        kind : str
            One of `TYPES`.
        value : str
            The value in a form in which equal values are equal texts.
        above : int, default=0
            A new number is larger than this one: placeholders that a text already holds.
        """
        numbers = self._numbers.setdefault(kind, {})
        digest = self._hash(kind, value)
        if digest not in numbers:
            numbers[digest] = max(above, *numbers.values(), 0) + 1
        return f"[{kind}_{numbers[digest]}]"

    def known(self, kind: str) -> frozenset[str]:
        """Return the keyed hashes of a kind's values."""
        return frozenset(self._numbers.get(kind, ()))

    def to_json(self) -> str:
        """Return the numbers and keyed hashes, without the key, to be kept with the ticket.

        Raises
        ------
        ParameterError
            If there is no key.
        """
        if not self._key:
            raise ParameterError(
                "The 'key' parameter of Placeholders must be set before it is stored: hashes "
                "without a key can be reversed. Got b'' instead."
            )
        return json.dumps(self._numbers, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str, *, key: bytes) -> Self:
        """Return the placeholders that ``to_json`` wrote, under the same key.

        Raises
        ------
        ParameterError
            If the document is not what ``to_json`` writes.
        """
        made = cls(key)
        try:
            numbers = json.loads(document)
            made._numbers = {
                str(kind): {str(digest): int(number) for digest, number in found.items()}
                for kind, found in numbers.items()
            }
        except (ValueError, AttributeError, TypeError) as error:
            raise ParameterError(
                "The 'document' parameter of Placeholders.from_json must be what to_json wrote. "
                f"Got {type(document).__name__} of another form instead."
            ) from error
        return made

    def _hash(self, kind: str, value: str) -> str:
        message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()
