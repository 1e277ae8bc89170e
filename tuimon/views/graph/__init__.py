"""The graph of a model as a tree of its modules.

``tree`` builds it of branches, ``wiring`` follows what depends on what, and ``costs`` reads what
the run tells besides. ``tree_rows`` draws, and ``graph_view`` holds what the user has chosen.
"""
