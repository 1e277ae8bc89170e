"""The content of summaries that are no scalars, decoded when it is looked at."""


class SummaryError(ValueError):
    """A summary's content is not what its kind demands. The message is one printable line."""
