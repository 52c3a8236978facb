"""What was seen before, judged again."""
