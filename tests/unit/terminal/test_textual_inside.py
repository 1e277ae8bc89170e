"""What tuimon takes from inside Textual and Rich: with another version it may be gone unnoticed."""

from typing import Any

import pytest
from rich.console import Console
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


@pytest.fixture(scope="module")
def app() -> App[Any]:
    return App()


@pytest.mark.parametrize("name", ["_display", "_fatal_error", "_handle_exception"])
def test_methods_that_are_replaced_or_called(name: str) -> None:
    assert callable(getattr(App, name))


@pytest.mark.parametrize(
    "name",
    [
        "_batch_count",
        "_close_messages_no_wait",
        "_closed",
        "_driver",
        "_exception",
        "_running",
    ],
)
def test_the_state_of_an_app(app: App[Any], name: str) -> None:
    assert hasattr(app, name)


def test_the_driver_its_parser_and_the_console() -> None:
    assert callable(LinuxDriver._run_input_thread)
    assert XTermParser()._timeout_time is None
    assert hasattr(Console(), "_color_system")
