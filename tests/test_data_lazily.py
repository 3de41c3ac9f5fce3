"""Public names of packages are there when they are asked for, and no others are."""

import importlib

import pytest


@pytest.mark.parametrize("name", ["data", "serving"])
def test_every_public_name_is_found_and_listed(name: str) -> None:
    package = importlib.import_module(name)
    assert dir(package) == sorted(package.__all__)
    assert all(callable(getattr(package, public)) for public in package.__all__)


def test_a_name_that_is_none_is_refused_as_any_module_does() -> None:
    package = importlib.import_module("data")
    with pytest.raises(AttributeError, match="module 'data' has no attribute 'load_orders'"):
        package.load_orders  # noqa: B018 - the look-up is the test
