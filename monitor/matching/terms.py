"""A term as its author wrote it -> what to look for, with the edges of its script.

Edges: a word of a script with spaces is a whole word; a Korean word begins where its word begins, and behind it
nothing or a particle may follow; characters of scripts without spaces have no edges. `*` at an end of a word opens it.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Term
from monitor.text.folding import folded_tokens
from monitor.text.scripts import is_unspaced, takes_particles

# What may follow a Korean noun within its word. A closed list: an open end would take 북한 for the mountain 북한산.
_PARTICLES = """
이 가 은 는 을 를 의 에 에서 에게 에겐 에게서 께 께서 한테 와 과 랑 이랑 도 만 로 으로 로서 으로서 로써 으로써
까지 부터 보다 처럼 마다 조차 마저 밖에 뿐 이나 나 이든 든 라도 이라도 라고 이라고 란 이란 라는 이라는 며 이며
고 이고 다 이다 인 일 임 였다 이었다 였던 이었던 입니다 측 측은 측이 측에 에는 에도 에만 에서는 에서도 에서의
에선 에게는 에게도 와의 과의 와는 과는 와도 과도 로는 으로는 로도 으로도 로의 으로의 로부터 으로부터 까지의
까지는 부터는 만의 만을 만이 보다는 보다도 마저도 조차도 들 들이 들은 들을 들의 들에 들에게 들과 들도 들로
"""
PARTICLES = frozenset(("", *_PARTICLES.split()))


@dataclass(frozen=True, slots=True)
class Token:
    """One token to look for; an open side may be the inside of a longer token, `particles` may follow a closed one."""

    text: str
    open_left: bool = False
    open_right: bool = False
    particles: bool = False

    def fits(self, token: str) -> bool:
        """Whether a token of an article is this one."""
        if not self.open_left:
            return token.startswith(self.text) and self._tail_fits(token[len(self.text) :])
        starts = (i for i in range(len(token)) if token.startswith(self.text, i))
        return any(self._tail_fits(token[i + len(self.text) :]) for i in starts)

    def _tail_fits(self, tail: str) -> bool:
        return self.open_right or not tail or (self.particles and tail in PARTICLES)

    @property
    def left(self) -> str:
        return "" if self.open_left else " "

    @property
    def right(self) -> str:
        return "" if self.open_right or self.particles else " "


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term, ready to be looked for.

    `literal` is its longest piece without an open end in it: finding that in a joined text is necessary for the term,
    and also sufficient where `proof`. The piece begins at the pattern's token number `at`. `language` is the primary
    subtag of the language that the term is of, or "any".
    """

    tokens: tuple[Token, ...]
    literal: str
    at: int
    proof: bool
    language: str


def compile_term(term: Term) -> Pattern | None:
    """The pattern of a term; None if nothing comparable is left of it (punctuation only)."""
    tokens = tuple(token for word in term.text.split() for token in _word(word))
    if not tokens:
        return None
    pieces = _pieces(tokens)
    at, literal = max(pieces, key=lambda piece: len(piece[1]))
    proof = len(pieces) == 1 and not any(token.particles or token.open_left or token.open_right for token in tokens)
    return Pattern(tokens, literal, at, proof, term.language.split("-")[0].lower())


def _word(word: str) -> list[Token]:
    texts = folded_tokens(word)
    last = len(texts) - 1
    return [
        Token(
            text,
            open_left=i == 0 and word.startswith("*") and not is_unspaced(text),
            open_right=(opened := i == last and word.endswith("*") and not is_unspaced(text)),
            particles=i == last and not opened and takes_particles(text),
        )
        for i, text in enumerate(texts)
    ]


def _pieces(tokens: tuple[Token, ...]) -> list[tuple[int, str]]:
    """The runs of tokens that stand in a joined text just so: (number of the first token, ` token token `)."""
    pieces: list[tuple[int, str]] = []
    for i, token in enumerate(tokens):
        joins = i > 0 and tokens[i - 1].right == " " and token.left == " "
        if joins:
            at, text = pieces[-1]
            pieces[-1] = (at, f"{text}{token.text}{token.right}")
        else:
            pieces.append((i, f"{token.left}{token.text}{token.right}"))
    return pieces
