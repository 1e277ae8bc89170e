"""What the run directory holds: records, registry, identity and liveness of processes."""
