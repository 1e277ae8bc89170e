"""Log directories on other machines: a process keeps a copy here, which is read as any other."""
