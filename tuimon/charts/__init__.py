"""Series to terminal cells: scales, bins, braille curves, frames. No Textual.

What is drawn depends on what is handed in alone. A curve hands in a cache, too (`Curve.detail`):
what a drawing finds out about a growing series is kept there for the next one, which is then
quicker and looks the same. One thread at a time draws with a cache.

``chart.draw_chart`` is the way in; ``model`` says what it takes and gives, ``roles`` what the
pieces of a drawing are.
"""
