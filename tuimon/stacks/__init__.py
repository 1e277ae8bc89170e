"""Where the Pythons of a training are: the lines of their threads, asked for and told."""
