"""Detectors of anomalies over arrays of floats: one file each, all in the list of ``families``."""
