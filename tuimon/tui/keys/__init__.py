"""What a table of keys is, all tables, and the user's keys; a table stands where it is bound."""
