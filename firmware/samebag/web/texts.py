"""The pages' words, in Chinese and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources

from samebag.core.verdicts import VerdictKind
from samebag.core.words import LIST, calling
from samebag.words.screen import PROOF_WORDS

LANGUAGES = ("zh", "en")
Catalog = Mapping[str, Mapping[str, str]]  # by key, then language


def load_words(list_name: str = LIST.zh) -> Catalog:
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    members = {f"proof.{proof}": words for proof, words in PROOF_WORDS.items()}
    members |= {
        f"{table}.{kind}": kind.called for table in ("verdict", "lamps") for kind in VerdictKind
    }
    return {key: {"zh": words.zh, "en": words.en} for key, words in members.items()} | {
        f"{table}.{key}": {language: calling(said, list_name) for language, said in both.items()}
        for table, keys in tomllib.loads(text).items()
        for key, both in keys.items()
    }


def other(language: str) -> str:
    return "en" if language == "zh" else "zh"
