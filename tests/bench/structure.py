"""How large the code is, and how many imports go from one room (a folder under monitor/) into another.

    ./dev bench structure [--of FOLDER]

An import counts once for each pair of a module and a module that it imports. FOLDER: another checkout, to compare. It
demands:

    import edges   at most 9 per 1,000 lines
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.world.figures import Figures
from tests.bench.world.place import parser_of
from tests.e2e.whole import ROOT


def name_module(path: Path, root: Path) -> str:
    """The dotted name of a file; a package has that of its folder."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def find_edges(name: str, tree: ast.Module, modules: set[str], rooms: set[str]) -> Iterator[tuple[str, str]]:
    """The modules of other rooms that this one imports."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            target = whole if whole in modules else node.module
            ends = [each.split(".")[1] for each in (name, target) if each in modules and "." in each]
            if len(ends) == len(rooms.intersection(ends)) == 2:
                yield name, target


def measure(root: Path) -> int:
    """Print the figures; the exit code."""
    paths = {name_module(path, root): path for path in sorted((root / "monitor").rglob("*.py"))}
    rooms = {path.name for path in (root / "monitor").iterdir() if path.is_dir()}
    trees = {name: ast.parse(path.read_bytes()) for name, path in paths.items()}
    lines = sum(len(path.read_bytes().splitlines()) for path in paths.values())
    edges = {edge for name, tree in trees.items() for edge in find_edges(name, tree, set(paths), rooms)}
    figures = Figures()
    figures.note(modules=len(paths), lines=lines, edges=len(edges))
    figures.note(statements=sum(isinstance(node, ast.stmt) for tree in trees.values() for node in ast.walk(tree)))
    figures.demand("import edges per 1,000 lines", 1000 * len(edges) / lines, most=9.0)
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--of", type=Path, default=ROOT)
    sys.exit(measure(parser.parse_args().of.resolve()))
