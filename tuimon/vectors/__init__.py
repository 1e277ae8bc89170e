"""Charts as vectors: drawn from the data for a page or a slide, not from the cells of a terminal.

``chart_vectors`` turns curves into lines, areas and labels that name roles (see
:mod:`tuimon.charts.roles`); ``chart_page`` puts several beside each other. ``svg_document`` and
``png_image`` paint the result with the colours of a theme.
"""
