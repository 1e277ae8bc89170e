"""The Textual viewer: app, screens, panes, keys, themes."""

import os

# Before Textual is imported: what is drawn in turns is shown after each, and the next turn waits
# for that. At Textual's own 60 the frames of five charts took 70 ms.
if "TEXTUAL_FPS" not in os.environ:
    os.environ["TEXTUAL_FPS"] = "120"
    import textual.constants  # noqa: F401 - reads it now; it is nothing for who we start

    del os.environ["TEXTUAL_FPS"]
