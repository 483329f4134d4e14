"""Decoding: generators of DecodeStep outside the model, so that a run can be stepped, paused, rewound and branched."""

from core.decoding.autoregressive import decode
from core.decoding.batch import continue_batch, decode_batch
from core.decoding.beam import Beam, BeamStep, Hypothesis, Outcome, beam_search, beam_search_batch
from core.decoding.draws import Drawn, draw_many
from core.decoding.parallel import ParallelSession, decode_parallel
from core.decoding.refinement import Refined, RefineStep, hidden_count, refine, refine_batch
from core.decoding.sampling import argmax, sampler, temperature, top_k, top_p
from core.decoding.session import Session
from core.decoding.step import DecodeStep

__all__ = [
    "Beam",
    "BeamStep",
    "DecodeStep",
    "Drawn",
    "Hypothesis",
    "Outcome",
    "ParallelSession",
    "RefineStep",
    "Refined",
    "Session",
    "argmax",
    "beam_search",
    "beam_search_batch",
    "continue_batch",
    "decode",
    "decode_batch",
    "decode_parallel",
    "draw_many",
    "hidden_count",
    "refine",
    "refine_batch",
    "sampler",
    "temperature",
    "top_k",
    "top_p",
]
