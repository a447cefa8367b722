"""What is no fault in rules, entities and lists, and probably not meant: a file for each kind of advice."""
