"""Decoding records one by one: the walker's reading of any kind of event."""

from collections.abc import Mapping

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.fields import Buffer, Span, WireError
from tuimon.events.frames import HEADER_BYTES
from tuimon.events.points import SummaryRef
from tuimon.events.wire import Event, Value, parse_event

_LEGACY_PLUGINS = {
    "simple_value": "scalars",
    "image": "images",
    "histo": "histograms",
    "audio": "audio",
}
_OF_FIELD = "field "
"""Before a plugin that was told by the field of a value; the first that is named counts more."""
_GRAPHS = {
    "graph_def": ("__run_graph__", "graphs"),
    "meta_graph_def": ("__meta_graph__", "graphs"),
    "tagged_run_metadata": ("", "graph_tagged_run_metadata"),
}
"""Tag, where the event has none, and plugin."""
_QUIET_KINDS = {"", "file_version", "log_message"}


class SingleDecoder:
    """Enters what events say into a batch.

    `plugins` maps the tags of a run to plugin names. Some writers give the name with a tag's first
    value only; the map is filled here and shared by the decoders of a run's files, as is `known`.
    Values that name their own are of that kind: a tag may have several.
    """

    def __init__(self, plugins: dict[str, str], known: KnownRecords) -> None:
        self._plugins = plugins
        self.started = False
        """Whether the file's first event was read."""
        self.known = known
        """Scalars like these are entered in part of the time."""

    def decode(self, window: Buffer, span: Span, base: int, builder: BatchBuilder) -> None:
        """Enter the event whose payload lies at `span` of `window`; malformed ones as damage.

        The window begins at the offset `base` of the file.
        """
        start, end = span
        try:
            event = parse_event(window, start, end)
        except WireError:
            builder.add_damage(1)
            return
        self.enter(event, base + start - HEADER_BYTES, end - start, builder)
        if len(event.values) != 1:
            return
        (value,) = event.values
        if is_scalar(value, known_plugin(self._plugins, value.tag)):
            self.known.learn(bytes(window[start:end]), event)

    def enter(self, event: Event, offset: int, length: int, builder: BatchBuilder) -> None:
        """Enter an event whose frame, with a payload of `length` bytes, lies at `offset`."""
        if not self.started:
            self.started = True
            builder.start_at(event.wall_time)
        if event.kind == "summary":
            for value in event.values:
                self._enter_value(event, value, offset, length, builder)
        elif event.kind == "session_log":
            if event.starts:
                builder.restart(event.step, offset)
        elif event.kind in _GRAPHS:
            tag, plugin = _GRAPHS[event.kind]
            place = event.step, event.wall_time, offset, length
            builder.add_ref(SummaryRef(event.tag or tag, plugin, *place))
        elif event.kind not in _QUIET_KINDS:
            builder.count_unknown(event.kind)

    def _enter_value(
        self, event: Event, value: Value, offset: int, length: int, builder: BatchBuilder
    ) -> None:
        legacy = _LEGACY_PLUGINS.get(value.kind, "")
        plugin = _plugin_of(value, self._plugins)
        if legacy:
            self._plugins.setdefault(value.tag, _OF_FIELD + legacy)
        elif value.plugin and self._plugins.get(value.tag, _OF_FIELD).startswith(_OF_FIELD):
            self._plugins[value.tag] = value.plugin
        if value.scalar is not None and is_scalar(value, plugin):
            builder.add_scalar(value.tag, event.step, event.wall_time, value.scalar)
        elif plugin or value.kind == "tensor":
            builder.add_ref(
                SummaryRef(value.tag, plugin, event.step, event.wall_time, offset, length)
            )
        else:
            builder.count_unknown(value.kind or "empty value")


def settled_plugin(value: Value, plugins: Mapping[str, str]) -> str | None:
    """The plugin of a value that is no scalar, where the tag's values before it have settled it.

    Such a value tells nothing about those that follow: it may be entered after them. None else.
    """
    known = plugins.get(value.tag)
    if known is None or value.scalar is not None:
        return None
    if known.startswith(_OF_FIELD) and value.kind not in _LEGACY_PLUGINS:
        return None
    return _plugin_of(value, plugins)


def _plugin_of(value: Value, plugins: Mapping[str, str]) -> str:
    legacy = _LEGACY_PLUGINS.get(value.kind)
    return legacy or value.plugin or known_plugin(plugins, value.tag)


def known_plugin(plugins: Mapping[str, str], tag: str) -> str:
    """The plugin of a tag's values that do not name their own, as far as `plugins` tells."""
    return plugins.get(tag, "").removeprefix(_OF_FIELD)


def is_scalar(value: Value, plugin: str) -> bool:
    """Whether `value` is a scalar, where its tag's values are of `plugin` if they name none."""
    if value.kind == "simple_value":
        return True
    return value.scalar is not None and (value.plugin or plugin) == "scalars"
