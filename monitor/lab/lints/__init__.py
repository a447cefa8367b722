"""Lints of rules, entities and lists: what is no fault, but probably a mistake. A file for each kind of advice."""
