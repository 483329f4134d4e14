"""Training: a recipe as a value, a generator of TrainStep, and a thin command line (`python -m core.training`)."""

from core.training.loop import TrainStep, train
from core.training.recipe import Recipe
from core.training.state import TrainingState

__all__ = ["Recipe", "TrainStep", "TrainingState", "train"]
