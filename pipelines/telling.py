"""Failures of the registry's database, told in one sentence with the way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data.errors import RegistryError

WAY_OUT = (
    "Check the room and the rights of the workspace's disk, then run the night again: it first "
    "completes or takes back what this one began."
)


class Told:
    """MLflow's client, whose failures become ours: a sentence with the way out.

    Parameters
    ----------
    client : MlflowClient
    failures : tuple of type
    """

    def __init__(self, client: Any, failures: tuple[type[Exception], ...]) -> None:
        self._client = client
        self._failures = failures

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def careful(*arguments: Any, **named: Any) -> Any:
            with told(self._failures):
                return call(*arguments, **named)

        return careful


@contextmanager
def told(failures: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn failures inside the block into a RegistryError."""
    try:
        yield
    except failures as error:
        first = str(error).splitlines()[0]
        raise RegistryError(
            f"The registry could not be written or read ({first}). {WAY_OUT}"
        ) from error
