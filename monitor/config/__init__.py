"""The user's files -> values of the model: the only place that knows YAML.

`load.py` is the door; it gives values or faults (`file:line:col: what; what was meant`), all of them at once.
It polls nothing, sends nothing, and neither prints nor keeps a secret outside `Channel.url`.
"""
