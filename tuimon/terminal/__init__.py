"""Everything between Textual and the terminal; nothing else knows what Textual keeps private."""
