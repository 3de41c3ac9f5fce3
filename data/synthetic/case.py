"""One ticket while it is made."""

from typing import NamedTuple

import pandas as pd

from data.synthetic.facts import Facts
from data.synthetic.people import Person
from data.synthetic.writing import Letter


class Case(NamedTuple):
    """Who writes what, why, where and when; ``intent`` is the true one."""

    ticket_id: str
    person: Person
    intent: str
    channel: str
    at: pd.Timestamp
    facts: Facts
    letter: Letter
