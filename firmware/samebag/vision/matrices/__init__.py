"""QR codes and Data Matrices, whole or not."""
