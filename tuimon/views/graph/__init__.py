"""The graph of a model as a tree of its modules.

``tree`` builds it of branches, ``wiring`` follows what depends on what, and ``costs`` reads what
the run tells besides. ``rows`` and ``details`` draw, ``sizes`` puts numbers into words, and
``view`` holds what the user has chosen. ``collector`` keeps Python from slowing down the building.
"""
