"""Learn subwords from texts. The running app never does, and needs no sentencepiece."""

import io
from collections.abc import Iterable

from core.tokenizers.subwords import MARK, Subwords, words_of

COVERAGE = 0.9998  # of all characters of the texts; the rest are unknown to the model
LONGEST_PIECE = 16


def learn(texts: Iterable[str], size: int) -> Subwords:
    """Learn so many pieces: those with which the texts are likeliest.

    Raises: ImportError if sentencepiece is not installed; ValueError if the texts are too few for so many pieces.
    Source: Kudo 2018, § 3.2; Kudo & Richardson 2018 (sentencepiece).
    """
    import sentencepiece

    written = io.BytesIO()
    spaced = ("".join(words_of(text)).replace(MARK, " ") for text in texts)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(spaced), model_writer=written, model_type="unigram", vocab_size=size + 1, unk_id=0,
            bos_id=-1, eos_id=-1, pad_id=-1, character_coverage=COVERAGE, normalization_rule_name="identity",
            add_dummy_prefix=False, remove_extra_whitespaces=False, split_digits=True,
            max_sentencepiece_length=LONGEST_PIECE, num_threads=2, minloglevel=2,
        )  # fmt: skip
    except RuntimeError as error:
        raise ValueError(f"no {size} pieces can be learnt from these texts: {error}") from error
    model = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    numbers = range(1, model.get_piece_size())
    return Subwords(
        tuple(model.id_to_piece(number) for number in numbers),
        tuple(round(model.get_score(number), 4) for number in numbers),
    )
