"""Which items: recommenders that learn interactions one by one, and a blend of them that is learned too."""
