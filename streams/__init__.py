"""What it means: the pure core. No broker, clock, network, file or metrics; time and settings are arguments."""
