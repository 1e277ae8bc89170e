"""Text: Markdown and tables, and what changed since another step.

``markdown`` and ``table`` make lines, ``wrapping`` breaks them, ``diff`` compares two steps, and
``view`` holds what the user has chosen.
"""
