"""Hyperparameters of all runs against what came of them.

``sessions`` reads runs, hyperparameters and metrics, ``filter`` chooses some and ``correlation``
relates them; ``table``, ``parallel``, ``scatter`` and ``importance`` draw a `Scene` of them, and
``view`` holds what the user has chosen.
"""
