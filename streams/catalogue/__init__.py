"""The shop's items: what they cost and whether they are in stock, as a snapshot and what was told since."""
