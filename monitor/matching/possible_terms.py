"""Which terms may occur in one article, so that the others need not be compiled to match it."""

from __future__ import annotations

from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Article, Term
from monitor.text.folding import folded_tokens
from monitor.text.inflection import may_be_inflected
from monitor.text.scripts import script_of


class PossibleTerms:
    """Tests whether a term may occur in an article. To test it takes a fraction of the time to compile it."""

    def __init__(self, article: Article) -> None:
        self._joined = TokenizedArticle(article, all_fields=True).joined
        self._scripts = {script_of(letter).name for letter in set(self._joined)}

    def may_occur(self, term: Term) -> bool:
        """Whether the article has all tokens of the term, be it in other places. If the term has other forms, its
        tokens may have other letters, but of the same scripts."""
        tokens = folded_tokens(term.text)
        if term.forms and may_be_inflected(term.text, term.language):
            return all(script_of(token[-1]).name in self._scripts for token in tokens)
        return all(token in self._joined for token in tokens)
