"""What users can ask and do: values in, values out. `cli` prints them; a console can call them."""
