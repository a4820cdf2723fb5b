"""How much there will be: hourly series one value at a time, hours ahead, with an interval."""
