"""What a front end watches: a run, a process, log directories. Facts as data, no sentences."""
