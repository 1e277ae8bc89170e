"""Decoding many records at once, where they are alike."""
