"""What people ask the database. It only reads."""
