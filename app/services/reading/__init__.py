"""What people and programs ask of the evidence."""
