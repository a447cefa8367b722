"""The verbs that change something. A function for each: it asks nobody, prints nothing, and returns what it did."""
