"""Every key of the viewer, a table for each screen: bindings, footer, help, palette and guide."""
