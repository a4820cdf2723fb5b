"""From a decision point to a decision: gates, values, the draw, the holdout, the message."""
