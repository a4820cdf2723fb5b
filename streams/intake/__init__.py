"""From what the platform publishes to records of the log: validate, clean, tokenise, or dead-letter with a reason."""
