"""The ten mistakes by name, each with the models that show it."""

from collections.abc import Callable
from dataclasses import dataclass

from core.analysis.bugs import large_number, masking, running, trained
from core.analysis.bugs.symptom import Symptom

USUAL = "bugs/usual"


@dataclass(frozen=True)
class Bug:
    """Say how a mistake is measured, and with which models: one without a mistake first, one trained with it second."""

    symptom: Callable[..., Symptom]
    models: tuple[str, ...] = (USUAL,)


BUGS = {
    "nan": Bug(masking.blind_row),
    "causal": Bug(trained.no_causal_mask, (USUAL, "bugs/no-causal-mask")),
    "batch": Bug(masking.no_padding),
    "dropout": Bug(running.dropout_on),
    "shift": Bug(trained.not_shifted, (USUAL, "bugs/not-shifted")),
    "polarity": Bug(masking.polarity),
    "leak": Bug(large_number.large_number),
    "memory": Bug(running.wrong_memory),
    "pad": Bug(trained.pad_counted, ("bugs/pad-ignored", "bugs/pad-counted")),
    "penalty": Bug(running.penalty_sign, ("bugs/smoothed",)),
}
