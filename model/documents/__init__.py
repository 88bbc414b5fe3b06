"""What people read about the numbers, written from the declarations; each page is compared with them by a test."""
