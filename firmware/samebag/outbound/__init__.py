"""What leaves: the door, and what a platform is told of it."""
