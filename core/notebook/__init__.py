"""What a notebook does with a model besides running it: train one on pairs of one's own, measure it, draw attention.

from core import evaluate, plot, train_on_pairs
model = train_on_pairs([("three", "3"), …], steps=300)
evaluate(model).total  # the share of held-out examples that are right
plot(model, model.trace("three"), "cross", layer=0, head=1)
"""

from core.notebook.drawing import plot
from core.notebook.learning import evaluate, train_on_pairs

__all__ = ["evaluate", "plot", "train_on_pairs"]
