"""What ``decide`` is served: items for triggers, by a blend that knows no customers but the one it is shown."""
