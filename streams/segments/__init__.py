"""Which kind of customer: rule labels."""
