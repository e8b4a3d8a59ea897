"""What the data is: the canonical event, feature names, signature names and the curated TFMD schema.

This room imports nothing of ours and neither TensorFlow nor TFX, so that every other room can read it at no cost.
"""
