"""Decoded summaries to terminal cells: histograms, text, images. Pure functions, no Textual.

Each kind has a module whose ``rows`` gives at most the size asked for; ``layout`` is what they
share.
"""
