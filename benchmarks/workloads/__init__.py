"""What the scripts measure: batches, models and requests, which are generated or read from files."""
