"""How far a training is, and when it will be done."""
