"""Keys of the user's own, and what is said of those that cannot be."""

import importlib
import pkgutil
import string
from types import MappingProxyType

import pytest
from textual.widget import Widget

import tuimon.tui
from tuimon.config.reading import ConfigError
from tuimon.config.schema import Origin, Settings
from tuimon.present.key import shown_key
from tuimon.tui.keys.key_tables import all_of, help_rows
from tuimon.tui.keys.keymap import MAIN_TOPICS, MEANINGS, TABLES
from tuimon.tui.keys.user_keys import textual_name, user_keys

KEYS = TABLES["main screen"]


def settings(**keys: str) -> Settings:
    named = {name.replace("_", "-"): value for name, value in keys.items()}
    return Settings(
        keys=MappingProxyType(named),
        origins={f"keys.{name}": Origin("config.toml", n) for n, name in enumerate(named, 1)},
    )


def problem(**keys: str) -> str:
    with pytest.raises(ConfigError) as raised:
        user_keys(settings(**keys))
    (found,) = raised.value.problems
    return str(found)


def test_a_key_is_shown_and_bound_where_the_user_put_it() -> None:
    keys = user_keys(settings(log_y="Q,ctrl+y"))
    assert keys.keymap == {"log-y": "Q,ctrl+y"}
    (log_y,) = (key for key in keys.of(KEYS) if key.id == "log-y")
    assert (log_y.shown, log_y.keys) == ("Q", "Q,ctrl+y")
    assert ("Q", log_y.help) in help_rows(keys.of(KEYS))


def test_two_keys_may_change_places() -> None:
    keys = user_keys(settings(log_y="x", x_axis="y"))
    assert {key.id: key.keys for key in keys.of(KEYS) if key.id in ("log-y", "x-axis")} == {
        "log-y": "x",
        "x-axis": "y",
    }


def test_a_key_with_two_meanings_is_told_where_it_was_made() -> None:
    said = problem(log_y="ctrl+y,?")
    assert said.startswith("config.toml:1: log-y: ? is help on the main screen already")


def test_the_same_key_on_two_screens_is_none_of_it() -> None:
    user_keys(settings(home_stop="v"))


def test_an_id_or_key_that_there_is_not() -> None:
    assert "no binding has the id log-z; did you mean log-y?" in problem(log_z="u")
    assert "log-y: no key is called controll+y" in problem(log_y="controll+y")
    assert "no key is called strg+y" in problem(log_y="strg+y")


def test_keys_are_shown_as_people_write_them() -> None:
    names = ["ctrl+p", "question_mark", "pagedown", "f1", "H", "shift+tab", "shift+left", "plus"]
    assert [shown_key(name) for name in names] == [
        "Ctrl-P", "?", "PgDn", "F1", "H", "Shift-Tab", "Shift-←", "+",
    ]  # fmt: skip
    typed = [character for character in string.printable.strip() if character != ","]
    assert [shown_key(textual_name(character)) for character in typed] == typed


def test_no_table_gives_a_key_two_meanings_and_ids_are_unique() -> None:
    ids = [key.id for table in TABLES.values() for key in table]
    assert len(set(ids)) == len(ids)
    for table in MEANINGS.values():
        bound = [name for key in table for name in key.names]
        assert len(set(bound)) == len(bound)


def test_a_word_of_the_footer_means_one_key() -> None:
    for name, table in MEANINGS.items():
        words = [key.label for key in table if key.footer and not name.startswith("view of")]
        assert len(set(words)) == len(words), name


def test_every_binding_of_every_widget_has_an_id_and_a_tooltip() -> None:
    for module in pkgutil.walk_packages(tuimon.tui.__path__, "tuimon.tui."):
        importlib.import_module(module.name)
    known = {key.id for table in TABLES.values() for key in table}
    own = [cls for cls in subclasses(Widget) if cls.__module__.startswith("tuimon.")]
    bound = [binding for cls in own for binding in vars(cls).get("BINDINGS", ())]
    assert len(bound) > 100
    for binding in bound:
        assert binding.id in known
        assert binding.tooltip
        assert binding.description


def test_one_id_is_one_key_in_all_panes_of_the_main_screen() -> None:
    keys: dict[str, str] = {}
    for topics in MAIN_TOPICS.values():
        own = all_of(topics)
        bound = [name for key in own for name in key.keys.split(",")]
        assert len(set(bound)) == len(bound)
        assert all(keys.setdefault(key.id, key.keys) == key.keys for key in own)
    assert {"filter", "hide", "zoom"} <= {key.id for key in all_of(MAIN_TOPICS["console"])}


def test_a_key_that_a_pane_needs_is_a_conflict_in_that_pane() -> None:
    said = problem(log_y="f4")
    assert said.startswith("config.toml:1: log-y: F4 is unfold-all on the main screen already")


def subclasses(cls: type) -> set[type]:
    return {cls}.union(*(subclasses(sub) for sub in cls.__subclasses__()))
