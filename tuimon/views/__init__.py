"""Decoded summaries to terminal cells: histograms, images, text … No Textual.

Functions that lay something out depend on what is handed in alone. The views around them have a
state and keep what they have read; images are decoded in threads of their own, by one decoder for
the process; a clip of audio is written into the working directory when a key asks for it.

**How a kind is made.** A kind is one subclass of :class:`tuimon.views.base.View` in a module of its
name, entered in :data:`tuimon.views.kinds.KINDS`; list, footer, help, palette, ``tuimon show`` and
the threads follow from that. What it has to say:

- ``kind``, ``name``, ``plugins``: what it is called, and which summaries are its own.
  ``items`` where a line of the list is not one tag of one run (parts of a mesh, all runs at once).
- ``draw(subject, look)``: reads through the `ItemContext` (lazily: nothing else is in memory; what
  was read is kept in a cache with a bound) and returns rows of spans no larger than the
  `ViewOptions` say. It may raise `ViewError` with a line that says why; all else that it raises is
  a fault. ``look.charts`` is how charts of scalars are drawn outside of the view.
- ``keys``: a table of keys, each made by `view_key`. A letter works whenever the kind is shown.
  Arrows and whatever else chooses tags and steps outside are declared ``inside``: they work after
  Enter, which gives the view the whole width; Esc gives it back. Taken by the screen:
  q v Esc ? Enter arrows hjkl HL 0 $ Home End n p F Space PgUp PgDn : Ctrl-P Ctrl-L Ctrl-Z Ctrl-C;
  / filters the list where a kind has no other use for it.
  `arrow_keys` makes those of the arrows; where a kind has steps, h and l go on through them.
- Its state (mode, cursor, rotation, what is folded …) are attributes of the instance, which lives
  as long as the screen, one for each item. ``press`` gets the id of a key, ``point``, ``drag``,
  ``wheel`` and ``page`` what they say; each only changes the state, a ``draw`` follows.
- ``stamp``: another value whenever a drawing may have become old, by default the version of the
  tag's series. ``steps``: what ← and → go through.
- ``ViewDrawing.again``: for what moves; ``ViewDrawing.idle``: keys that do nothing at present.
- ``still``: what ``tuimon show --kind`` prints, where that is not the drawing itself.

**Threads.** ``items``, ``steps`` and ``stamp`` are class methods that the thread of the keys calls,
so they only look at the store. All methods of an instance are called by one other thread at a time,
the worker's: a view needs no locks, and may take its time without holding up a key. Keys pressed
meanwhile are handed over together, then drawn once.
What may be wanted next can be done `ahead`, in threads of its own that know the `ItemContext`
alone: images decode the neighbours of the step that is seen.

``layout`` is what all share: the head that says which tag and step is seen, and rows that fit.
"""
