"""What is known of each customer: one capped record per user, updated event by event."""
