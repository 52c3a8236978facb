"""What people are told, in Chinese and English."""
