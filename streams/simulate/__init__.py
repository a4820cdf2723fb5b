"""A shop with known truth: customers who browse, abandon, buy, and respond to triggers by effects that are given."""
