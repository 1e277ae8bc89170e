"""Points to a Weights & Biases run, in a process of its own."""
