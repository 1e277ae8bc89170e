"""The content of summaries that are no scalars, decoded when it is looked at."""
