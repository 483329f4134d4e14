"""Hugging Face's encoder–decoder models, in and out: Marian, BART, mBART, M2M100 and NLLB.

    model = load("folder", target_language="fr")  # weights, their own tokenizer; needs requirements-hf.txt
    model.write("A sentence.")
    trace = model.trace("A sentence.")
    save_marian("another folder", core.load("dates").transformer)  # config.json and model.safetensors

Their vocabularies are renumbered so that PAD, BEGIN, END and UNKNOWN come first, as everywhere here. Only safetensors
are read: a pickle can run whatever its author likes.
"""

from core.interop.huggingface.beam import GenerateBeam
from core.interop.huggingface.export import inexpressible, save_marian
from core.interop.huggingface.numbering import Numbering
from core.interop.huggingface.text import HuggingFaceModel, load
from core.interop.huggingface.weights import load_weights

__all__ = ["GenerateBeam", "HuggingFaceModel", "Numbering", "inexpressible", "load", "load_weights", "save_marian"]
