"""What can be known from outcomes, and how surely."""
