"""What is generated from the schemas: JSON Schema for editors, and the reference in the docs."""
