"""Questions in a box over a screen: each returns an answer."""
