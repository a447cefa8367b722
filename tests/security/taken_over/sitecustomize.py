"""Python runs this at its start, if this folder is in PYTHONPATH. In each process that the fork server forks, it puts
`lying_parser` in place of the parser, as a document that exploits a fault of a native library could."""

import os


def _take_over() -> None:
    from tests.security import lying_parser

    lying_parser.take_over()


os.register_at_fork(after_in_child=_take_over)
