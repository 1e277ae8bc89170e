"""What several tests and benchmarks share: logs, runs, terminals, servers."""
