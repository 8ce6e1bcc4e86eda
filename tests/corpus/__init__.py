"""Good and bad files, made by real tools, with the verdict that each must get: `verdicts.toml`."""
