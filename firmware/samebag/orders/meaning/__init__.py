"""What the cells of an order file mean."""
