"""Event files: TFRecord framing, decoding of summaries, tailing of files and directories."""
