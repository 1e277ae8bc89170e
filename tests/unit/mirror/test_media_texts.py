"""Texts that a training logs, as W&B gets them."""

from pathlib import Path

from tuimon.masking.mask import Mask
from tuimon.mirror.media import media
from tuimon.summaries.texts import Text


def test_secrets_in_texts_are_hidden(tmp_path: Path) -> None:
    mask = Mask(argv=["--password", "hunter22"])
    text = Text((), (("|lr|0.1|\n|api_key|abcdefgh12|\nsays hunter22 <b>",),))
    page = media([text], tmp_path, mask.text).html
    assert page == "<pre>|lr|0.1|\n|api_key|(hidden)|\nsays (hidden) &lt;b&gt;</pre>"
    table = Text((1, 2), (("says", "hunter22"),))
    page = media([table], tmp_path, mask.text).html
    assert page == "<table><tr><td>says</td><td>(hidden)</td></tr></table>"
