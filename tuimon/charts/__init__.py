"""Series to terminal cells: scales, bins, braille curves, frames. Pure functions, no Textual.

``chart.draw_chart`` is the way in; ``model`` says what it takes and gives, ``roles`` what the
pieces of a drawing are.
"""
