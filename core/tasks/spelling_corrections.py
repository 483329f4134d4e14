"""Entries of the dictionary in which a phone is missing, extra or wrong, and their corrections, all without stress.

They are proposed to the dictionary and not yet accepted. Each agrees with its root or its inflections there.

Source: github.com/cmusphinx/cmudict, pull request 57 (open in November 2026).
"""

from collections.abc import Sequence
from dataclasses import replace

from core.tasks.task import Example

CORRECTIONS = {
    "animating": "AE N AH M EY T IH NG",
    "anthologist": "AE N TH AO L AH JH IH S T",
    "anthologists": "AE N TH AO L AH JH IH S T S",
    "chandeliers": "SH AE N D AH L IH R Z",
    "commissars": "K AA M IH S AA R Z",
    "deliciously": "D IH L IH SH AH S L IY",
    "disembodied": "D IH S IH M B AA D IY D",
    "disembody": "D IH S IH M B AA D IY",
    "hysterectomies": "HH IH S T ER EH K T AH M IY Z",
    "interpolate": "IH N T ER P AH L EY T",
    "interpolated": "IH N T ER P AH L EY T IH D",
    "interpolation": "IH N T ER P AH L EY SH AH N",
    "interpolations": "IH N T ER P AH L EY SH AH N Z",
    "reiterates": "R IY IH T ER EY T S",
    "synapse": "S IH N AE P S",
    "synapses": "S IH N AE P S IH Z",
    "tern": "T ER N",
    "unknowns": "AH N N OW N Z",
}


def corrected(examples: Sequence[Example]) -> list[Example]:
    """Return examples with the corrected entry in place of the dictionary's, where there is one."""
    return [
        replace(each, target=CORRECTIONS[each.source], others=()) if each.source in CORRECTIONS else each
        for each in examples
    ]
