"""Rows of an array on disk, read when they are asked for."""

import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from data.errors import ArtifactError

_BLOCK = 4096


class StoredRows:
    """Slices of an ``.npy`` file, each read by a call of its own.

    Nothing of the file is kept, so it costs a process no memory; the pages that are read often
    stay with the system, once for all processes. Where a memory map ends the process on a file
    that was cut short, this raises. A file that was removed can still be read.

    Parameters
    ----------
    path : path
        An array in C order, as ``numpy.save`` writes it.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype

    Raises
    ------
    ArtifactError
        When the file holds no such array or too few bytes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/a.npy", np.arange(6).reshape(3, 2))
    ...     StoredRows(f"{folder}/a.npy")[1:3].tolist()
    [[2, 3], [4, 5]]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            mapped = np.load(self.path, mmap_mode="r", allow_pickle=False)
        except (ValueError, OSError, EOFError) as error:
            raise self._damaged(str(error)) from error
        if not mapped.flags.c_contiguous:
            raise self._damaged("its rows do not lie one after the other")
        self.shape: tuple[int, ...] = mapped.shape
        self.dtype: np.dtype[Any] = mapped.dtype
        self._begin = int(getattr(mapped, "offset", 0))
        self._row = int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize
        self._file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Read rows that follow each other.

        Raises
        ------
        ArtifactError
            When the file became shorter.
        """
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise IndexError(f"StoredRows are read one after the other. Got the step {step}.")
        count = max(0, stop - start)
        wanted = count * self._row
        raw = _read(self._file, wanted, self._begin + start * self._row)
        if len(raw) < wanted:
            raise self._damaged("it became shorter")
        return np.frombuffer(raw, dtype=self.dtype).reshape(count, *self.shape[1:])

    def __iter__(self) -> Iterator[NDArray[Any]]:
        for start in range(0, len(self), _BLOCK):
            yield from self[start : start + _BLOCK]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype=dtype)

    def _damaged(self, why: str) -> ArtifactError:
        return ArtifactError(
            f"The file {self.path} cannot be read ({why}). Restore the folder or write it again."
        )


def _read(file: int, wanted: int, at: int) -> bytes:
    """Read up to the end of the file; one call returns at most 2 GiB."""
    parts = []
    while wanted > 0 and (part := os.pread(file, wanted, at)):
        parts.append(part)
        wanted, at = wanted - len(part), at + len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
