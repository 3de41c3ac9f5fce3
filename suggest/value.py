"""What a draft spares an agent, in seconds: an estimate, stated so that it can be argued with.

Typing is taken at 40 words a minute of five characters and a space; reading the draft at 238
words a minute costs time, whether it is used or not. A right greeting spares the 6 seconds that
changing "Bonjour" to "Bonsoir" by hand was measured to take.

References
----------
Karat et al. (1999), Patterns of entry and correction in large vocabulary continuous speech
recognition systems (composing by keyboard: 19 to 33 words a minute; 40 stays on the careful
side).
Brysbaert (2019), How many words do we read per minute? Journal of Memory and Language 109.
"""

CHARACTERS_A_WORD = 6
TYPING_WORDS_A_MINUTE = 40
READING_WORDS_A_MINUTE = 238
GREETING_SECONDS = 6


def seconds_saved(body: str, *, kept_share: float, greeting: bool = True) -> int:
    """Estimate the seconds that a draft spares.

    Parameters
    ----------
    body : str
        The draft without greeting, closing and signature.
    kept_share : float
        Share of it expected to be sent, in [0, 1].
    greeting : bool
        Whether greeting and closing were prepared too.

    Returns
    -------
    int
        Never below zero.

    Examples
    --------
    >>> seconds_saved("x" * 400, kept_share=1.0)
    89
    """
    words = len(body) / CHARACTERS_A_WORD
    typing = 60 * words / TYPING_WORDS_A_MINUTE
    reading = 60 * words / READING_WORDS_A_MINUTE
    return max(0, round(kept_share * typing - reading + (GREETING_SECONDS if greeting else 0)))
