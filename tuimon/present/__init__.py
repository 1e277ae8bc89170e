"""What any front end shows: curves, colours, selections, tables, looks. No toolkit."""
