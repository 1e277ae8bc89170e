"""Logs for other programs: scalar points as tables, other summaries as files of usual formats."""
