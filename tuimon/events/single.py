"""Decoding records one by one: the walker's reading of any kind of event."""

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.fields import Buffer, Span, WireError
from tuimon.events.frames import HEADER_BYTES
from tuimon.events.plugins import LEGACY_PLUGINS, OF_FIELD, is_scalar, known_plugin, plugin_of
from tuimon.events.points import SummaryRef
from tuimon.events.wire import Event, Value, parse_event

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
        kinds = ((one, known_plugin(self._plugins, one.tag)) for one in event.values)
        if event.values and all(is_scalar(one, plugin) for one, plugin in kinds):
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
        legacy = LEGACY_PLUGINS.get(value.kind, "")
        plugin = plugin_of(value, self._plugins)
        if legacy:
            self._plugins.setdefault(value.tag, OF_FIELD + legacy)
        elif value.plugin and self._plugins.get(value.tag, OF_FIELD).startswith(OF_FIELD):
            self._plugins[value.tag] = value.plugin
        if value.scalar is not None and is_scalar(value, plugin):
            builder.add_scalar(value.tag, event.step, event.wall_time, value.scalar)
        elif plugin or value.kind == "tensor":
            builder.add_ref(
                SummaryRef(value.tag, plugin, event.step, event.wall_time, offset, length)
            )
        else:
            builder.count_unknown(value.kind or "empty value")
