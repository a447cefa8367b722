"""An editor that has yaml-language-server underline, complete and explain: the real server, spoken to in LSP.

`./dev test --system` installs it beside this file. It has no way to the network: a schema that is no file it must ask
of us, and what else it might fetch goes to a port of loopback where nobody listens.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PROGRAM = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
CURSOR = "‸"
_SETTINGS = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
    "http": {"proxy": "http://127.0.0.1:1"},
}

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Underlined:
    """A line of a file, the first being 1, and what the editor says of it."""

    line: int
    message: str


@dataclass
class Editor:
    """One that is open. A path is opened once; nothing need stand there."""

    to_server: IO[bytes]
    from_server: IO[bytes]
    asked: list[tuple[str, object]] = field(default_factory=list)
    """What the server asked for besides settings: schemas that are no files, above all."""
    _published: dict[str, list[Underlined]] = field(default_factory=dict)
    _requests: int = 0

    def underlined(self, texts: Mapping[Path, str]) -> dict[Path, list[Underlined]]:
        """What is underlined in each of these files, with these texts in them; those without fault are left out."""
        addresses = {path: self._open(path, text) for path, text in texts.items()}
        self._read_until(lambda _: self._published.keys() >= set(addresses.values()))
        return {path: found for path, address in addresses.items() if (found := self._published[address])}

    def offered(self, path: Path, text: str) -> set[str]:
        """What the editor offers where the cursor stands in the text."""
        answer = self._ask_at_cursor("textDocument/completion", path, text)
        return {item["label"] for item in answer["items"]}

    def explained(self, path: Path, text: str) -> str:
        """What the editor says, in Markdown, of the word in which the cursor stands."""
        answer = self._ask_at_cursor("textDocument/hover", path, text)
        return str(answer["contents"]["value"]) if answer else ""

    def begin(self, folder: Path) -> None:
        """The handshake; the settings are given before anything is opened."""
        able = {"workspace": {"configuration": True}}
        self._ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": able})
        self._send({"method": "yaml/registerContentRequest", "params": {}})
        self._send({"method": "initialized", "params": {}})
        self._read_until(lambda message: message.get("method") == "workspace/configuration")

    def _open(self, path: Path, text: str) -> str:
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return path.as_uri()

    def _ask_at_cursor(self, method: str, path: Path, text: str) -> Any:
        before, after = text.split(CURSOR)
        address = self._open(path, before + after)
        # Columns are UTF-16's; what our tests have before a cursor is ASCII.
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(method, {"textDocument": {"uri": address}, "position": position})

    def _ask(self, method: str, params: object) -> Any:
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": params})
        answer = self._read_until(lambda message: message.get("id") == self._requests and "method" not in message)
        return answer["result"]

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.to_server.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.to_server.flush()

    def _read_until(self, wanted: Callable[[Message], bool]) -> Message:
        while True:
            message = self._read()
            match message.get("method"):
                case "textDocument/publishDiagnostics":
                    found = [
                        Underlined(each["range"]["start"]["line"] + 1, each["message"])
                        for each in message["params"]["diagnostics"]
                    ]
                    self._published[message["params"]["uri"]] = found
                case "workspace/configuration":
                    settings = [_SETTINGS.get(item["section"], {}) for item in message["params"]["items"]]
                    self._send({"id": message["id"], "result": settings})
                case str(method) if "id" in message:
                    self.asked.append((method, message["params"]))
                    self._send({"id": message["id"], "error": {"code": -32601, "message": "not here"}})
            if wanted(message):
                return message

    def _read(self) -> Message:
        length = 0
        while line := self.from_server.readline().strip():
            name, _, value = line.partition(b":")
            if name == b"Content-Length":
                length = int(value)
        assert length, "the server has ended"
        read: Message = json.loads(self.from_server.read(length))
        return read


@contextmanager
def editing(folder: Path) -> Iterator[Editor]:
    """An editor with this folder open, and its server."""
    command = ("node", PROGRAM, "--stdio")
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin
        assert server.stdout
        editor = Editor(server.stdin, server.stdout)
        try:
            editor.begin(folder)
            yield editor
        finally:
            server.kill()
