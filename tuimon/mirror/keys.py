"""The names that TensorBoard's runs and tags have in W&B.

They are those of W&B's own TensorBoard integration: ``<namespace>/<tag>``, where the namespace is
what `tuimon.mirror.namespaces` calls the directory. Keys are flat, dots in them mean nothing.
"""

import re

from tuimon.text import escaped

GLOBAL_STEP = "global_step"
"""TensorBoard's step: in every row, so that all charts can use it as their x-axis."""

TIMESTAMP = "_timestamp"

RUNTIME = "_runtime"

ROW = "_step"
"""The number of the row: wandb's own step, which counts what is logged."""

SCALARS = "scalars"
"""The kind of values that are no summaries of other plugins."""

_NAMELESS = re.compile(r"\*|\\(\.|$)")

_RESERVED = frozenset({"", GLOBAL_STEP, TIMESTAMP, ROW, RUNTIME, "_wandb"})


def step_key(prefix: str) -> str:
    """The key of the step metric of a namespace."""
    return f"{escaped(prefix)}/{GLOBAL_STEP}" if prefix else GLOBAL_STEP


class KeyTable:
    """Gives every (namespace, tag) a key of its own.

    Tags that W&B would drop or overwrite (an empty one, ``_step``, …) and pairs that would share a
    key (run ``.`` with tag ``a/b``, run ``a`` with tag ``b``) get another, and what is no UTF-8 is
    escaped. `renamed` are the pairs that were given another key before: they keep it, whatever
    order the tags come in now.
    """

    def __init__(self, renamed: dict[tuple[str, str], str] | None = None) -> None:
        self.renamed = dict(renamed or {})
        self._keys = dict(self.renamed)
        self._taken = set(self._keys.values())
        self._kinds: dict[tuple[str, str], str] = {}

    def __contains__(self, key: str) -> bool:
        """Whether a tag has this key."""
        return key in self._taken

    def key(self, prefix: str, tag: str, kind: str = SCALARS) -> str:
        """The key of a tag; a new entry of `renamed` if it is not the plain one.

        A tag that has several kinds of values has as many keys: W&B takes one kind under each.
        """
        own = f"{tag} ({kind})"
        if (prefix, own) in self.renamed:
            tag = own
        elif self._kinds.setdefault((prefix, tag), kind) != kind:
            tag = own
            self.renamed[prefix, own] = self.key(prefix, own)
        pair = (prefix, tag)
        key = self._keys.get(pair)
        if key is None:
            plain = key = escaped(f"{prefix}/{tag}" if prefix else tag)
            if tag in _RESERVED or key.endswith(f"/{GLOBAL_STEP}"):
                key = escaped(f"{prefix}/tag/{tag}" if prefix else f"tag/{tag}")
            number = 1
            base = key
            while key in self._taken:
                number += 1
                key = f"{base} ({number})"
            self._keys[pair] = key
            self._taken.add(key)
            if key != plain:
                self.renamed[pair] = key
        return key


def metric_name(key: str) -> str | None:
    """What ``define_metric`` calls a key; None if it has no name for it.

    A dot is a path into nested values there unless it is escaped: of `lr0.1/global_step` wandb
    would give each row an entry `lr0` with one `1/global_step` in it. An asterisk is a pattern, and
    what a backslash at the end or before a dot means cannot be said.
    """
    return None if _NAMELESS.search(key) else key.replace(".", "\\.")
