"""Which kind of customer: rule labels, and segments that are learned, each a file beside ``segmenter.py``."""
