"""The companion process of a run: finds its log directories and keeps the mirror alive."""
