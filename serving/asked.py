"""Who asks, and what they say beside the body."""

from dataclasses import dataclass

from serving.idempotency import Idempotency


@dataclass(frozen=True)
class Asked:
    """What a caller says beside the body.

    Parameters
    ----------
    client : str
        Whose key it was.
    request_id : str
        For the log.
    model_versions : tuple of str
        Versions the caller insists on, such as ``intent:12``.
    idempotency : Idempotency, optional
    """

    client: str
    request_id: str = "-"
    model_versions: tuple[str, ...] = ()
    idempotency: Idempotency | None = None
