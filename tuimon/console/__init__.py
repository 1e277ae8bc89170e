"""Console output: one reader of the log, escapes, folding, an emulated screen."""
