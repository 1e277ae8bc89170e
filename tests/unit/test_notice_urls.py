"""Which targets of notices are URLs, and what of them may be shown."""

import pytest

from tuimon.notice_urls import are_urls, hide_in, shown_target, urls_of

TOKENS = "slack://T1/B2/c3, mailto://anna:pw,x@example.org"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("ntfy://topic", True),
        (" mailto://a:b@c", True),
        ("curl https://x", False),
        ("notify-send", False),
        ("", False),
    ],
)
def test_what_are_urls(target: str, expected: bool) -> None:
    assert are_urls(target) is expected


def test_what_separates_them() -> None:
    assert urls_of(TOKENS) == ["slack://T1/B2/c3", "mailto://anna:pw,x@example.org"]


def test_their_secrets_are_hidden_and_commands_are_as_they_are() -> None:
    assert shown_target(TOKENS) == "slack://(hidden), mailto://(hidden)"
    assert shown_target("curl https://x") == "curl https://x"
    typed = ("--name", "x", f"--notify={TOKENS}", "--notify", TOKENS)
    hidden = "slack://(hidden), mailto://(hidden)"
    assert hide_in(typed, TOKENS) == (*typed[:2], f"--notify={hidden}", "--notify", hidden)
    assert hide_in(None, TOKENS) is None
