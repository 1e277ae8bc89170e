"""Themes: the colours of everything on the screen. A theme is a TOML file, tuimon's own as well.

    base = "tuimon-dark"         # where what is not named here comes from; or -light, -ansi,
    background = "#101418"       #      -contrast
    primary = "orange"           # also secondary, accent, warning, error, success, foreground,
    curves = ["#5cc8ff", "gold"] #      surface, panel; as many colours of curves as there are
    dark = true                  # whether the background is
    fade = 1.0                   # how far dim parts sink into the background: 0 … 1
    [roles]                      # the colour of one part of drawings, see roles.py
    axis = "#445566"

``reading`` reads them, ``own`` are tuimon's, ``users`` the user's, ``choice`` is which one is on
the screen; ``roles`` and ``styles`` make of it what drawings are painted with.
"""
