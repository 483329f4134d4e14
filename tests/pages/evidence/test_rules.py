"""How a measurement was made stands on its page in the visitor's language, with the numbers that the command wrote."""

import re

import pytest

from core.evaluation.evidence import read_evidence
from pages.shared import text

RULES = {
    "guided.rule": "guided-attention",
    "reinforcement_learning.rule": "policy-gradient",
    "teacher_forcing.rule": "scheduled-sampling",
}


@pytest.mark.parametrize("key", RULES)
def test_a_rule_has_the_numbers_of_the_evidence(key):
    written = set(re.findall(r"\d+", read_evidence(RULES[key])["rule"]))
    assert set(re.findall(r"\d+", text.t(key))) == written
