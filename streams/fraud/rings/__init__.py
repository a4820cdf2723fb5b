"""Which accounts seem to be one person's, because devices, cards and addresses go round among them?"""
