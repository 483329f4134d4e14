"""Train the same model by four schedules of scheduled sampling: `python -m core.analysis.exposure`."""

from core.analysis.variants import Variant

STEPS = 900
RECIPE = (
    "--d-model 64 --d-ff 256 --num-encoder-layers 2 --num-decoder-layers 2 --max-target-len 16 --dropout 0 "
    f"--label-smoothing 0 --steps {STEPS} --batch-tokens 1200 --learning-rate 2e-3 --warmup 100"
)
DRAW = "--sampling-draw sampled"
# Each decays from 1 to about a quarter at the last step.
SCHEDULES = (
    Variant("scheduled-none", "Scheduled: none (teacher forcing)", "", RECIPE),
    Variant(
        "scheduled-linear", "Scheduled: linear",
        f"--sampling linear --sampling-k 1 --sampling-slope 0.0008 --sampling-floor 0.25 {DRAW}", RECIPE,
    ),
    Variant(
        "scheduled-exponential", "Scheduled: exponential",
        f"--sampling exponential --sampling-k 0.9985 {DRAW}", RECIPE,
    ),
    Variant(
        "scheduled-inverse-sigmoid", "Scheduled: inverse sigmoid",
        f"--sampling inverse_sigmoid --sampling-k 150 {DRAW}", RECIPE,
    ),
)  # fmt: skip
