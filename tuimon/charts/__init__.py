"""Series to terminal cells: scales, bins, braille curves, frames. Pure functions, no Textual."""
