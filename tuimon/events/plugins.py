"""Which plugin of TensorBoard a value is for, by itself or by the values of its tag before it.

A run's map of plugins goes from tags to names: some writers give one with a tag's first value only.
"""

from collections.abc import Mapping

from tuimon.events.wire import Value

LEGACY_PLUGINS = {
    "simple_value": "scalars",
    "image": "images",
    "histo": "histograms",
    "audio": "audio",
}
OF_FIELD = "field "
"""Before a plugin that was told by the field of a value; the first that is named counts more."""
SIMPLE_PLUGIN = OF_FIELD + LEGACY_PLUGINS["simple_value"]


def settled_plugin(value: Value, plugins: Mapping[str, str]) -> str | None:
    """The plugin of a value that is no scalar, where the tag's values before it have settled it.

    Such a value tells nothing about those that follow: it may be entered after them. None else.
    """
    known = plugins.get(value.tag)
    if known is None or value.scalar is not None:
        return None
    if known.startswith(OF_FIELD) and value.kind not in LEGACY_PLUGINS:
        return None
    return plugin_of(value, plugins)


def plugin_of(value: Value, plugins: Mapping[str, str]) -> str:
    """The plugin of a value."""
    legacy = LEGACY_PLUGINS.get(value.kind)
    return legacy or value.plugin or known_plugin(plugins, value.tag)


def known_plugin(plugins: Mapping[str, str], tag: str) -> str:
    """The plugin of a tag's values that do not name their own, as far as `plugins` tells."""
    return plugins.get(tag, "").removeprefix(OF_FIELD)


def is_scalar(value: Value, plugin: str) -> bool:
    """Whether `value` is a scalar, where its tag's values are of `plugin` if they name none."""
    if value.kind == "simple_value":
        return True
    return value.scalar is not None and (value.plugin or plugin) == "scalars"
