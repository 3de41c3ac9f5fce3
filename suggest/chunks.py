"""A query as chunks: the whole, and its sentences when there are several."""

from data.text import sentences

MAX_CHARACTERS = 6000
MAX_SENTENCES = 40
_FEWEST_LETTERS = 3


def chunks(text: str) -> list[str]:
    """Cut a query.

    Parameters
    ----------
    text : str
        A ticket or a question; what lies past 6,000 characters is not looked up.

    Returns
    -------
    list of str
        The whole text first, then its sentences if there are at least two; none for a text
        without letters or digits. Of very many sentences, neighbours are joined so that there
        are at most 40.

    Examples
    --------
    >>> chunks("Where is my parcel?")
    ['Where is my parcel?']
    >>> chunks("Hi! I paid twice. Can I get a refund?")
    ['Hi! I paid twice. Can I get a refund?', 'I paid twice.', 'Can I get a refund?']
    >>> chunks("?!")
    []
    """
    whole = text[:MAX_CHARACTERS].strip()
    if not any(c.isalnum() for c in whole):
        return []
    found = [s.text for s in sentences(whole) if _says_something(s.text)]
    found = list(dict.fromkeys(found))
    if len(found) < 2:
        return [whole]
    size = -(-len(found) // MAX_SENTENCES)
    return [whole, *(" ".join(found[i : i + size]) for i in range(0, len(found), size))]


def _says_something(sentence: str) -> bool:
    return sum(c.isalnum() for c in sentence) >= _FEWEST_LETTERS
