"""What counts as a failing part: everything an honest library raises.

A suggestion is built from parts that other people train and configure. When one of them
raises, the answer goes on without it and says so. The list is explicit, so that a signal to
stop (``KeyboardInterrupt``, ``SystemExit``) is never taken for a failing model.
"""

from sqlalchemy.exc import SQLAlchemyError

PART_FAILURES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)

STORE_FAILURES: tuple[type[Exception], ...] = (SQLAlchemyError, TimeoutError)
