"""A model of theirs with its own tokenizer, as a model that reads and writes text."""

import warnings
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from core.checkpoint import Metadata
from core.decoding import beam_search
from core.interop.huggingface.beam import GenerateBeam
from core.interop.huggingface.families import Described
from core.interop.huggingface.folder import find
from core.interop.huggingface.numbering import Numbering
from core.interop.huggingface.weights import LONGEST, load_weights, read_configuration
from core.library import TextModel
from core.sentences import Refusal
from core.tasks.task import Example, Known, Split
from core.vocab import SPECIALS, Vocabulary


class HuggingFaceModel(TextModel):
    """Hold a model of theirs with its tokenizer; its beam goes by the rules of `generate`."""

    def beam(self, text: str, width: int = 4, length_penalty: float = 1.0) -> list[tuple[str, float]]:
        """Search for the best outputs as `generate(num_beams=width)` does, each with its log-probability in nats."""
        *_, last = beam_search(self.new_session(text), width, length_penalty, GenerateBeam)
        return [(self.text(last.tokens(each)), each.total) for each in last.ranked]


@dataclass(frozen=True, eq=False)
class HuggingFaceText:
    """Cut texts by a tokenizer of theirs, and join them: a task that has no data of its own.

    What the encoder reads has their END, and what a model of many languages reads its language; ours have no such.
    """

    name: str
    title: str
    tokenizer: Any
    source: Numbering
    target: Numbering
    vocabularies: tuple[Vocabulary, Vocabulary]
    first_token: int | None
    sources: tuple[str, ...] = ()  # worth looking at

    def source_tokens(self, text: str) -> list[str]:
        """Cut what the encoder reads into tokens, their special ones too."""
        vocab = self.vocabularies[0]
        return [vocab.name(i) for i in self.source.to_ours(self.tokenizer(text)["input_ids"])]

    def source_text(self, tokens: list[str]) -> str:
        """Join what the encoder read into text."""
        if getattr(self.tokenizer, "separate_vocabs", False):  # it decodes the target's ids alone
            return self.tokenizer.spm_source.decode_pieces([token for token in tokens if token not in SPECIALS])
        return self._joined(self.source, self.vocabularies[0], tokens)

    def target_tokens(self, text: str) -> list[str]:
        """Cut what the decoder should write into tokens, without END."""
        ids = self.target.to_ours(self.tokenizer(text_target=text, add_special_tokens=False)["input_ids"])
        first = [] if self.first_token is None else [self.first_token]
        return [self.vocabularies[1].name(i) for i in (*first, *ids)]

    def target_text(self, tokens: list[str]) -> str:
        """Join what the decoder wrote into text."""
        vocab = self.vocabularies[1]
        begun = self.first_token is not None and tokens[:1] == [vocab.name(self.first_token)]
        return self._joined(self.target, vocab, tokens[begun:])

    def _joined(self, numbering: Numbering, vocab: Vocabulary, tokens: list[str]) -> str:
        languages = set((getattr(self.tokenizer, "lang_code_to_token", None) or {}).values())
        ids = numbering.to_theirs(vocab.encode([token for token in tokens if token not in languages]))
        return self.tokenizer.decode(ids, skip_special_tokens=True)

    def sound(self, token: str) -> None:
        """Return None: no token is a sound."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return every token that a source may hold."""
        return self.vocabularies[0].symbols

    def target_symbols(self) -> tuple[str, ...]:
        """Return every token that a target may hold."""
        return self.vocabularies[1].symbols

    def data_version(self) -> str:
        """Return nothing: what the model was trained on is not here."""
        return ""

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return nothing, since there is no data."""
        return []

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return nothing, since there is no data."""
        return []

    def examples(self) -> tuple[Example, ...]:
        """Return the sources that somebody named, without an answer."""
        return tuple(Example(source, "", self.name, answered=False) for source in self.sources)

    def known(self, source: str) -> Known | None:
        """Return None: no right answer is known."""
        return None


def load(
    name: str | PathLike[str], *, source_language: str = "", target_language: str = "", longest: int = LONGEST
) -> HuggingFaceModel:
    """Load a model of theirs from its folder (or by its name, where the network allows) with its own tokenizer.

    A model of many languages needs to be told both, as its tokenizer spells them: `fr`, `fr_XX`, `fra_Latn`.

    Raises: Refusal if it cannot be read or expressed, or if a language is missing or none of the tokenizer's.
    """
    folder = find(name)
    tokenizer = load_tokenizer(folder)
    if source_language:
        check_language(tokenizer, source_language)
        tokenizer.src_lang = source_language
    changes = {}
    if target_language:
        number = check_language(tokenizer, target_language)
        tokenizer.tgt_lang = target_language
        starts = read_configuration(folder).get("model_type") == "mbart" and not is_mbart50(tokenizer)
        changes = {"decoder_start_token_id" if starts else "forced_bos_token_id": number}
    transformer, about = load_weights(folder, longest=longest, unknown=tokenizer.unk_token_id, **changes)
    return text_model(folder, transformer, about, tokenizer)


def text_model(folder: Path, transformer: Any, about: Described, tokenizer: Any) -> HuggingFaceModel:
    """Join a model and its tokenizer behind the interface of ours."""
    vocabularies = vocabulary(about.source, tokenizer, "source"), vocabulary(about.target, tokenizer, "target")
    task = HuggingFaceText(
        folder.name, folder.name, tokenizer, about.source, about.target, vocabularies, about.config.first_token
    )
    symbols = [each.symbols for each in vocabularies]
    metadata = Metadata(
        name=folder.name, title=folder.name, task=folder.name, config=about.config,
        source_symbols=symbols[0], target_symbols=symbols[1],
        training={"parameters": sum(weight.numel() for weight in transformer.parameters())},
    )  # fmt: skip
    return HuggingFaceModel(transformer, metadata, task)


def load_tokenizer(folder: Path) -> Any:
    """Load the tokenizer that lies beside a model.

    Raises: Refusal if transformers is not installed, or finds none that it can read.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise Refusal("refusal.hf_transformers") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that sacremoses, say, is recommended: requirements-hf.txt has it
            return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError, ImportError, AttributeError) as error:
        raise Refusal("refusal.hf_tokenizer", name=folder.name) from error


def check_language(tokenizer: Any, language: str) -> int:
    """Return their number of the token that stands for a language.

    Raises: Refusal if the tokenizer has none.
    """
    codes = getattr(tokenizer, "lang_code_to_token", None)  # M2M100 writes fr as __fr__
    codes = codes or {code: code for code in (*tokenizer.all_special_tokens, *tokenizer.get_added_vocab())}
    number = tokenizer.convert_tokens_to_ids(codes[language]) if language in codes else None
    if number is None or number == tokenizer.unk_token_id:
        raise Refusal("refusal.hf_language", got=language)
    return number


def is_mbart50(tokenizer: Any) -> bool:
    """Tell whether a tokenizer puts the language before the text, as mBART-50 does and mBART does not."""
    return type(tokenizer).__name__.startswith("MBart50")


def vocabulary(numbering: Numbering, tokenizer: Any, side: str) -> Vocabulary:
    """Name every id as the tokenizer does; rows that it does not know, or names twice, by their number."""
    numbers = [number for number in numbering.theirs[len(SPECIALS) :] if number is not None]
    if side == "source" and getattr(tokenizer, "separate_vocabs", False):
        named = {number: token for token, number in tokenizer.encoder.items()}
    else:
        languages = getattr(tokenizer, "id_to_lang_token", {})  # M2M100's, which its length leaves out
        known = [number for number in numbers if number < len(tokenizer) or number in languages]
        named = dict(zip(known, tokenizer.convert_ids_to_tokens(known), strict=True))
    seen = {"", tokenizer.unk_token, *SPECIALS}
    symbols: list[str] = []
    for number in numbers:
        name = named.get(number) or ""
        symbols.append(f"⟨{number}⟩" if name in seen else name)
        seen.add(symbols[-1])
    return Vocabulary(tuple(symbols))
