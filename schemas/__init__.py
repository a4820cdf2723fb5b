"""What crosses the wire: one struct per message, one table of topics, one codec."""
