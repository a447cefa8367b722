"""What all schemas of the user's files share: strict validation, and the simple types of value.

A schema says what a mapping may hold. Its descriptions and examples become the editor's help and the examples in
faults. Nothing here converts to the model or looks up a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from difflib import get_close_matches
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, WithJsonSchema, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from monitor.article_links import WEB_SCHEMES
from monitor.config.language.durations import DURATION_PATTERN, SIZE_PATTERN, OutOfBounds, parse_duration, parse_size
from monitor.config.yaml.yaml12 import ValuePath, quote_text
from monitor.model.sources import MAX_LINK
from monitor.sanitize import sanitize_line
from monitor.text.language_tags import THREE_LETTERS, parse_primary_subtag
from monitor.url_secrets import HIDDEN, REFERENCE

CUSTOM_ERROR = "monitor"
"""The type of the errors that our own validators raise. Their context holds `problem`, `hint` and `at`."""


def validation_error(problem: str, hint: str | None = None, at: ValuePath = ()) -> PydanticCustomError:
    """The error that our own validators raise. `hint`: what to write instead; `at`: the path inside the value."""
    return PydanticCustomError(CUSTOM_ERROR, "{problem}", {"problem": problem, "hint": hint, "at": at})


def _add_key_requirements(json_schema: dict[str, Any], schema: type[Schema]) -> None:
    """Adds to the JSON Schema which keys a mapping must have, and which are allowed only together with others."""
    if schema.one_of or schema.at_least_one_of:
        json_schema["oneOf" if schema.one_of else "anyOf"] = [
            {"required": [key]} for key in schema.one_of or schema.at_least_one_of
        ]
    if schema.allowed_with:
        json_schema["dependencies"] = {
            key: {"anyOf": [{"required": [other]} for other in others]} for key, others in schema.allowed_with.items()
        }


class Schema(BaseModel):
    """A mapping of the user's files.

    `label`: its name in messages and in the tables of keywords. `one_of`: exactly one of these keys must be given; or,
    with `at_least_one_of`, one or more. `message_if_none` is the fault where none is given, `message_if_several` the
    hint where too many are. `allowed_with`: keys that are allowed only together with one of the others.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, json_schema_extra=_add_key_requirements
    )
    label: ClassVar[str] = "mapping"
    one_of: ClassVar[tuple[str, ...]] = ()
    at_least_one_of: ClassVar[tuple[str, ...]] = ()
    message_if_none: ClassVar[str] = "this is empty"
    message_if_several: ClassVar[str] = "keep one of them"
    allowed_with: ClassVar[dict[str, tuple[str, ...]]] = {}

    @model_validator(mode="before")
    @classmethod
    def _drop_empty_keys(cls, data: object) -> object:
        """Ignores a known key with no value, as when all of its lines are commented out."""
        if not isinstance(data, dict) or None not in data.values():
            return data
        for key, value in data.items():
            if value is None and (misplaced := cls._find_not_indented(key, data)):
                hint = f"put two more blanks before {' and '.join(misplaced)}"
                raise validation_error(f"the part that belongs to '{key}' is not indented", hint, (misplaced[0],))
        return {key: value for key, value in data.items() if value is not None or cls.field_of(key) is None}

    @classmethod
    def _find_not_indented(cls, key: str, data: dict[str, object]) -> list[str]:
        """The keys next to an empty one that belong only inside it."""
        inside = schema_at(cls, (key,))
        return [other for other in data if inside and inside.field_of(other) and cls.field_of(other) is None]

    @model_validator(mode="after")
    def _check_key_requirements(self) -> Self:
        if not (self.one_of or self.at_least_one_of):
            return self
        given = {name.rstrip("_") for name in self.model_fields_set}
        used = [key for key in self.one_of or self.at_least_one_of if key in given]
        if not used:
            raise validation_error(
                self.message_if_none, f"write one of: {', '.join(self.one_of or self.at_least_one_of)}"
            )
        if self.one_of and len(used) > 1:
            raise validation_error(
                f"{' and '.join(used)} cannot be combined in one {self.label}", self.message_if_several
            )
        for key, others in self.allowed_with.items():
            if key in given and not given.intersection(others):
                raise validation_error(
                    f"'{key}' cannot be combined with {used[0]}",
                    f"it can be combined with: {', '.join(others)}",
                    (key,),
                )
        return self

    @classmethod
    def field_of(cls, key: str | int) -> FieldInfo | None:
        """The field for a key of the file."""
        return next((field for name, field in cls.model_fields.items() if key == (field.alias or name)), None)

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """All keys that are allowed in the mapping."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


def schema_at(annotation: object, path: ValuePath) -> type[Schema] | None:
    """The schema at a path inside a type; None: there is none."""
    if isinstance(annotation, type) and issubclass(annotation, Schema):
        if not path:
            return annotation
        field = annotation.field_of(path[0])
        return schema_at(field.annotation, path[1:]) if field else None
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return schema_at(parts[0], path)
    if origin in (Union, UnionType):
        return next((found for part in parts if (found := schema_at(part, path))), None)
    if path and origin is (list if isinstance(path[0], int) else dict):
        return schema_at(parts[-1], path[1:])
    return None


def mapping_or_list(value: Any) -> str:  # noqa: ANN401 - pydantic hands over whatever the file holds
    """The tag of a union of a list and something else: which of them the user meant."""
    return "<mapping>" if isinstance(value, dict) else "<list>"


def mapping_or_one(value: Any) -> str:  # noqa: ANN401 - likewise
    """The tag of a union of a mapping and one plain value: which of them the user meant."""
    return "<mapping>" if isinstance(value, dict) else "<one>"


def one_or_list(value: Any) -> str:  # noqa: ANN401 - likewise
    """The tag of a union of one value and a list of values: which of them the user meant."""
    return "<list>" if isinstance(value, list) else "<one>"


# --- the simple types of value ----------------------------------------------------------------------------------

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
_COUNTRIES = {"jp": "ja", "kr": "ko", "kp": "ko", "cn": "zh", "tw": "zh", "hk": "zh", "ua": "uk", "gr": "el"}
_COUNTRIES |= {"cz": "cs", "dk": "da", "us": "en", "gb": "en", "au": "en", "nz": "en", "at": "de", "mx": "es"}
_COUNTRIES |= {"ir": "fa", "iq": "ar", "sy": "ar", "eg": "ar", "il": "he", "pk": "ur", "vn": "vi", "kh": "km"}
_COUNTRIES |= {"mm": "my", "np": "ne", "bd": "bn", "lk": "si", "rs": "sr", "by": "be", "kz": "kk", "tj": "tg"}
"""Country codes that people write in place of a language (kr is also Kanuri, and tw is also Twi; these can be written
knc and twi)."""
_LANGUAGES = {"english": "en", "korean": "ko", "chinese": "zh", "japanese": "ja", "russian": "ru", "german": "de"}
_LANGUAGES |= {"french": "fr", "spanish": "es", "arabic": "ar", "ukrainian": "uk", "norwegian": "no", "polish": "pl"}
_LANGUAGE_ALIASES = {**THREE_LETTERS, **_COUNTRIES, **_LANGUAGES}

_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
"""Control characters other than blanks."""


ID_FORM = "an id is lower-case letters, digits and hyphens, at most 64 of them"


def make_id(text: str) -> str:
    """The text with everything that an id cannot have replaced. It may still be no id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def is_id(value: object) -> bool:
    """Whether a value has the form of an id."""
    return isinstance(value, str) and re.match(ID_PATTERN, value) is not None


def validate_id(text: str) -> str:
    """The text itself. Raises the validation error if it is no id."""
    if not re.match(ID_PATTERN, text):
        similar = make_id(text)
        hint = f"did you mean '{similar}'?" if is_id(similar) and "://" not in text else ID_FORM
        raise validation_error(f"{quote_text(text)} is not an id", hint)
    return text


def reject_control_characters(text: str) -> str:
    """The text itself. Raises the validation error if it holds an invisible character."""
    if control := _CONTROL_CHARACTER.search(text):
        raise validation_error(f"there is an invisible character here (U+{ord(control[0]):04X})", "remove it")
    return text


def _validate_text(text: str) -> str:
    if not (plain := sanitize_line(reject_control_characters(text))):
        raise validation_error("this text is empty", "write something, or remove it")
    return plain


def _validate_language(tag: str) -> str:
    """Articles are matched by the exact language tag, so a wrong tag would silently never match."""
    first = tag.partition("-")[0]
    if tag == "any":
        raise validation_error("'any' is not a language here", "to mean every language, leave the languages out")
    if first in _COUNTRIES:
        problem = f"'{first}' is a country, not a language"
    elif re.match(_LANGUAGE, tag) and parse_primary_subtag(tag) and first not in THREE_LETTERS:
        return tag
    else:
        problem = f"{quote_text(tag)} is not a language"
    similar = _guess_language_tag(tag)
    hint = f"did you mean '{similar}'?" if similar else "write a tag such as en, ko, ja, ru, zh, zh-Hant or pt-BR"
    raise validation_error(problem, hint)


def _guess_language_tag(text: str) -> str | None:
    """The tag of a language that is written by its name, or with other capitals or separators."""
    first, *others = re.split("[-_]", text.lower())
    parts = [part.title() if len(part) == 4 else part.upper() for part in others]
    tag = "-".join([_LANGUAGE_ALIASES.get(first, first), *parts])
    return tag if re.match(_LANGUAGE, tag) and parse_primary_subtag(tag) else None


def language_tag(text: str) -> str | None:
    """The tag of a language as other programs write it (en-us, ko_KR, Korean); None: unknown."""
    try:
        return _validate_language(text.strip())
    except PydanticCustomError:
        return _guess_language_tag(text.strip())


def is_language(tag: str) -> bool:
    """Whether the text has the form of a language tag, or is 'any'."""
    return tag == "any" or re.match(_LANGUAGE, tag) is not None


def is_misspelt_key(word: str, keys: Iterable[str]) -> bool:
    """Whether a word of three letters, which could be a language, is more likely a misspelling of one of these keys."""
    return len(word) == 3 and word != "any" and bool(get_close_matches(word, keys, cutoff=0.7))


@lru_cache(maxsize=256)  # the same few languages come thousands of times
def _validate_words_language(tag: str) -> str:
    return tag if tag == "any" else _validate_language(tag)


_PLAIN_TERM = re.compile(r"\*?[^\W_][^\s*“”＂，、\x00-\x1f\x7f-\x9f]*\*?(?: \*?[^\s*“”＂，、\x00-\x1f\x7f-\x9f]+\*?)*")
"""Terms that need no further check: almost all of them."""


def _validate_term(text: str) -> str:
    if _PLAIN_TERM.fullmatch(text):
        return text
    term = _validate_text(text)
    if any("*" in word[1:-1] or not word.strip("*") for word in term.split()):
        raise validation_error(
            f"in {quote_text(term)} the '*' is not at an end of a word", "write it so: 'launch*' or '*missile'"
        )
    if any(sign in term for sign in "“”＂"):
        raise validation_error(
            f"in {quote_text(term)} there is a quotation mark that means nothing here",
            "leave it out, or use straight quotes: '...'",
        )
    if re.search(r"\w[，、]\w", term):
        raise validation_error(
            f"in {quote_text(term)} there is a full-width comma", "write ', ' between words; in a phrase, leave it out"
        )
    if not any(sign.isalnum() for sign in term):
        raise validation_error(f"{quote_text(term)} has no letter and no digit", "write a word")
    return term


def _limit_address(url: str) -> str:
    """Before its host is looked at: for a long one of combining marks that takes seconds."""
    if len(url) > MAX_LINK:
        raise validation_error(f"this address has {len(url)} characters", f"write one of at most {MAX_LINK}")
    return url


def _validate_web_address(url: str) -> str:
    """An address that can be polled. The fault never quotes it, because it may hold a token."""
    if not is_web_address(url):
        raise validation_error("this is not a web address", "write one that begins with https:// or http://")
    if "${" in url:
        raise validation_error("'${...}' works in the url and the proxy of a source only")
    _refuse_open_login(url)
    return url


def _validate_source_address(url: str) -> str:
    """The address of a source. Its secrets, if any, are references behind its host. The fault never quotes it."""
    if "${" not in url:
        return _validate_web_address(url)
    filled = REFERENCE.sub("secret", url)
    host = urlsplit(REFERENCE.sub("-", url)).hostname if is_web_address(filled) else None
    if host is None or host != urlsplit(filled).hostname:
        raise validation_error(
            "this is not a web address with secrets in it",
            "write the host itself, and secrets behind it: https://news.example/feed?token=${file:/PATH}",
        )
    _refuse_open_login(url)
    return url


def _refuse_open_login(url: str) -> None:
    """People share their lists of sources, so a login in one must be a secret reference."""
    login, at, _ = REFERENCE.sub(HIDDEN, url).partition("://")[2].partition("/")[0].rpartition("@")
    if at and HIDDEN not in (login.partition(":")[2] or login):
        raise validation_error("this login is in plain text", "write it as a secret: https://me:${env:NAME}@HOST/feed")


def _validate_proxy(url: str) -> str:
    """The address of a proxy. A password must be a secret reference, because people share their lists of sources."""
    if "${" not in url:
        try:
            parts = urlsplit(url)
            secret = parts.password is not None or parts.username is not None
        except ValueError:
            secret = False
        if secret:
            raise validation_error(
                "this login is in plain text", "write it as a secret: http://me:${env:NAME}@proxy:3128"
            )
        return _validate_web_address(url)
    if not re.match(r"https?://|\$\{", url) or any(sign.isspace() for sign in url):
        raise validation_error(
            "this is not a proxy's address", "write one such as http://me:${env:NAME}@proxy.example:3128"
        )
    return url


def is_web_address(url: str) -> bool:
    """Whether the URL can be fetched. Its secrets must be filled in already."""
    try:
        parts = urlsplit(url)
        return parts.scheme in WEB_SCHEMES and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        return False


def validator_from_parser(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    """Turns a parser of durations or sizes into a validator."""

    def validate(value: object) -> Any:  # noqa: ANN401 - the field's own type says it
        quoted = quote_text(value) if isinstance(value, str) else "this"
        try:
            return parse(value)
        except OutOfBounds as error:
            raise validation_error(f"{quoted} is {error.problem}", error.hint) from None
        except ValueError as error:
            raise validation_error(f"{quoted} cannot be read", str(error)) from None

    return validate


def _parse_interval(value: object) -> timedelta:
    return parse_duration(value, shortest="5 s")


Id = Annotated[str, AfterValidator(validate_id), WithJsonSchema({"type": "string", "pattern": ID_PATTERN})]
Text = Annotated[str, AfterValidator(_validate_text), WithJsonSchema({"type": "string", "minLength": 1})]
Language = Annotated[str, AfterValidator(_validate_language), WithJsonSchema({"type": "string", "pattern": _LANGUAGE})]
LanguageOfWords = Annotated[
    str, AfterValidator(_validate_words_language), WithJsonSchema({"type": "string", "pattern": f"^any$|{_LANGUAGE}"})
]
TermText = Annotated[str, AfterValidator(_validate_term), WithJsonSchema({"type": "string", "minLength": 1})]
_WEB_ADDRESS_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^https?://", "maxLength": MAX_LINK})
_PROXY_SCHEMA = WithJsonSchema({"type": "string", "pattern": r"^(https?://|\$\{)", "maxLength": MAX_LINK})
WebAddress = Annotated[str, AfterValidator(_limit_address), AfterValidator(_validate_web_address), _WEB_ADDRESS_SCHEMA]
SourceAddress = Annotated[
    str, AfterValidator(_limit_address), AfterValidator(_validate_source_address), _WEB_ADDRESS_SCHEMA
]
ProxyAddress = Annotated[str, AfterValidator(_limit_address), AfterValidator(_validate_proxy), _PROXY_SCHEMA]
_DURATION_SCHEMA = WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN})
Duration = Annotated[timedelta, PlainValidator(validator_from_parser(parse_duration)), _DURATION_SCHEMA]
Interval = Annotated[timedelta, PlainValidator(validator_from_parser(_parse_interval)), _DURATION_SCHEMA]
Size = Annotated[
    int,
    PlainValidator(validator_from_parser(parse_size)),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": SIZE_PATTERN}]}),
]
