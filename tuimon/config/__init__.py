"""The user's settings: one TOML file, typed, checked before anything starts."""
