"""What is bought: counted by hour and partition, summed, forecast by category, and served to conditions."""
