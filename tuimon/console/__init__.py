"""Console output: `rotation` reads it, whatever files it lies in, and `escapes` takes it apart.

`folding` makes lines of it and `history` all of them, `emulation` what a terminal shows, and
`harmless` what may pass to another terminal. A `printed_line` has its `attributes`; `levels` tells
how much it matters, `printing_times` when it was begun.
"""
