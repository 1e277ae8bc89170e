"""The settings file that explains itself: every setting with its default, commented out."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable
from dataclasses import fields
from itertools import pairwise
from typing import Any, get_type_hints

from tuimon.config import schema
from tuimon.config.schema import AREAS, Settings

_WIDTH = 98
_HEAD = (
    "Settings of tuimon. Take away the # before what you change; `tuimon config` prints what is in "
    "force, `tuimon config --check` tells what is wrong."
)
_KEYS = (
    "Keys of your own, by the id of what they do; several are separated by commas. A key means one "
    "thing on a screen: what had it before needs another one."
)


def descriptions(kind: type[Any]) -> dict[str, str]:
    """What is said of each field of an area, from the docstrings below the fields."""
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(schema)).body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    found: dict[str, str] = {}
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                found[name] = " ".join(text.split())
    return found


def default_text(keys: Iterable[str] = ()) -> str:
    """A settings file in which nothing is set yet; `keys` are lines for the table of that name."""
    parts = [_comment(_HEAD)]
    hints = get_type_hints(Settings)
    for area in AREAS:
        kind = hints[area]
        said = descriptions(kind)
        parts += ["", f"[{area}]", _comment(inspect.getdoc(kind) or "")]
        for field in fields(kind):
            parts += ["", _comment(said[field.name]), f"# {field.name} = {toml(field.default)}"]
    parts += ["", "[keys]", _comment(_KEYS), *(f"# {key}" for key in keys)]
    return "\n".join(parts) + "\n"


def toml(value: object) -> str:
    """A value of a setting as TOML has it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's, too; but for DEL, which needs one here.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{value}"


def _comment(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
