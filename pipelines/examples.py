"""A nightly.toml and a plan.toml to start from."""

import json
from importlib import resources


def example_config(tickets: str, articles: str, client: str) -> str:
    """Fill the commented example with a user's own paths.

    Parameters
    ----------
    tickets, articles, client : str
        Written as they are; relative paths are relative to the file the text is saved to.

    Examples
    --------
    >>> example_config("t.csv", "kb", "acme").count('"t.csv"')
    1
    """
    text = resources.files("pipelines").joinpath("templates/nightly.toml").read_text("utf-8")
    # A JSON string is a TOML string; quotes and backslashes in a path stay what they are.
    for name, value in (("TICKETS", tickets), ("ARTICLES", articles), ("CLIENT", client)):
        text = text.replace(f'"{name}"', json.dumps(value, ensure_ascii=False))
    return text


def example_plan() -> str:
    """Return the commented plan.toml.

    Examples
    --------
    >>> "[data]" in example_plan()
    True
    """
    return resources.files("pipelines").joinpath("templates/plan.toml").read_text("utf-8")
