"""Whatever a training names its tags, one line of exact width reaches the terminal."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuimon.text import Align, escaped, fit, format_age, format_duration, format_value, safe, width

any_text = st.text(st.characters(exclude_categories=()), max_size=60)


@given(any_text)
def test_safe_text_is_printable_and_stays_as_it_is(text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert safe(shown) == shown


@given(any_text)
def test_the_width_is_the_one_that_the_screen_library_counts(text: str) -> None:
    shown = safe(text)
    assert width(shown) == cell_len(shown)


@given(
    any_text,
    st.integers(-2, 40),
    st.sampled_from(["left", "center", "right"]),
    st.sampled_from(["…", "..", ""]),
)
def test_fit_gives_exactly_the_cells_asked_for(
    text: str, cells: int, align: Align, ellipsis: str
) -> None:
    fitted = fit(text, cells, align, ellipsis)
    assert width(fitted) == max(0, cells)
    assert fitted.isprintable()


@given(st.text(st.characters() | st.sampled_from("\\xu5cd\udc5c\udcc5\ud8c5")))
def test_escaped_text_is_utf8_and_tells_texts_apart(text: str) -> None:
    shown = escaped(text)
    shown.encode()
    assert re.sub(r"\\(?:x([0-9a-f]{2})|u(d[89a-f][0-9a-f]{2}))", unescaped, shown) == text


def unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    code = int(match[1], 16)
    return "\\" if code == ord("\\") else chr(0xDC00 + code)


@given(st.floats())
def test_every_number_has_a_short_form(number: float) -> None:
    assert 0 < len(format_value(number)) <= 11
    assert format_duration(number)
    assert format_age(number)
