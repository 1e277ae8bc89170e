"""Images, as cells of half blocks, dots or shades, or as pixels over blank cells.

``pixels`` makes of an encoded image the pixels that have room, ``decoder`` keeps them, and decodes
before they are asked for. ``blocks`` turns pixels into cells, ``drawing`` lays out one picture or
several, and ``image_view`` holds what the user has chosen.
"""
