"""The pages' words, in Chinese and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources

from samebag.screen import LIST, PROOF_WORDS, calling

LANGUAGES = ("zh", "en")
Words = Mapping[str, Mapping[str, str]]  # by key, then language


def load_words(list_name: str = LIST.zh) -> Words:
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    proofs = {f"proof.{proof}": {"zh": words.zh, "en": words.en} for proof, words in PROOF_WORDS.items()}
    return proofs | {
        f"{table}.{key}": {language: calling(said, list_name) for language, said in both.items()}
        for table, keys in tomllib.loads(text).items()
        for key, both in keys.items()
    }


def other(language: str) -> str:
    return "en" if language == "zh" else "zh"
