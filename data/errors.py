"""Every error deskpilot raises on purpose.

::

    DeskpilotError
    ├── SchemaError         (ValueError)        a table breaks its contract
    ├── LoadError           (ValueError)        a file cannot be read as what it claims to be
    ├── MissingFileError    (FileNotFoundError) a path leads nowhere
    ├── ParameterError      (ValueError)        an argument is out of range
    ├── ConfigError         (ValueError)        a configuration file is wrong
    ├── EncoderError        (RuntimeError)      an encoder's weights are not what they should be
    ├── MissingExtraError   (ImportError)       an optional library is not installed
    ├── UnknownClientError  (KeyError)          no knowledge or policy for this client
    ├── RegistryError       (RuntimeError)      the registry or a promotion is in a bad state
    └── ArtifactError       (ValueError)        a model folder cannot be trusted
        ├── ArtifactFormatError                 written by another format
        ├── ArtifactKindError                   holds another kind of model
        ├── ArtifactChecksumError               a file was changed or is missing
        └── ArtifactTypeError                   asks for a type that is not on the list

Each message names the place, what was found and the way out.
"""

from collections.abc import Sequence


class DeskpilotError(Exception):
    """Base of all errors raised on purpose."""


class SchemaError(DeskpilotError, ValueError):
    """A table breaks its contract.

    Parameters
    ----------
    message : str
        Names the table, the column and the way out.
    table, column : str
        Where it happened; ``column`` is empty when the whole table is meant.
    rows : sequence of int
        Positions of the first offending rows (at most five are kept).
    """

    def __init__(
        self, message: str, *, table: str = "", column: str = "", rows: Sequence[int] = ()
    ) -> None:
        super().__init__(message)
        self.table = table
        self.column = column
        self.rows = tuple(int(r) for r in rows[:5])


class LoadError(DeskpilotError, ValueError):
    """A file cannot be read as what it claims to be."""


class MissingFileError(DeskpilotError, FileNotFoundError):
    """A path leads nowhere."""


class ParameterError(DeskpilotError, ValueError):
    """An argument is out of range."""


class ConfigError(DeskpilotError, ValueError):
    """A configuration file is wrong."""


class EncoderError(DeskpilotError, RuntimeError):
    """An encoder's weights are not what they should be."""


class MissingExtraError(DeskpilotError, ImportError):
    """An optional library is not installed."""


class UnknownClientError(DeskpilotError, KeyError):
    """No knowledge or policy for this client."""

    def __str__(self) -> str:
        # KeyError shows its argument with repr(), which would quote the sentence.
        return str(self.args[0]) if self.args else ""


class RegistryError(DeskpilotError, RuntimeError):
    """The registry or a promotion is in a bad state."""


class ArtifactError(DeskpilotError, ValueError):
    """A model folder cannot be trusted."""


class ArtifactFormatError(ArtifactError):
    """A model folder was written by another format."""


class ArtifactKindError(ArtifactError):
    """A model folder holds another kind of model."""


class ArtifactChecksumError(ArtifactError):
    """A file of a model folder was changed or is missing."""


class ArtifactTypeError(ArtifactError):
    """A model folder asks for a type that is not on the list."""
