"""Hyperparameters of all runs against what came of them.

``sessions`` reads and filters runs, hyperparameters and metrics; ``session_table``, ``plots`` and
``importance`` draw a ``scene`` of them, and ``hparams_view`` holds what the user has chosen.
"""
