"""Text: Markdown and tables, and what changed since another step.

``markdown`` makes lines, ``wrapping`` breaks them and lays out tables, and ``text_view`` compares
two steps and holds what the user has chosen.
"""
