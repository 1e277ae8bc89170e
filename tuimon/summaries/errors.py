"""The one error of this package."""


class SummaryError(ValueError):
    """A summary's content is not what its kind demands. The message is one printable line."""
