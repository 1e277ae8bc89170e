"""What is secret stays here: one rule for all that leaves the machine or is shown to others.

Names say it (`secret_names`), or the looks of a value (`secret_shapes`); `mask` hides both in
command lines, configurations and texts. Standard library only.
"""
