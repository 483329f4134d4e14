"""All that a training run needs to go on exactly where it stopped, as one safetensors file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.config import ModelConfig
from core.model import Transformer
from core.training.recipe import Recipe


@dataclass(eq=False)
class TrainingState:
    """Hold a run: model, optimiser, how far it is, the sum of averaged snapshots, the losses so far.

    `epoch` and `batch` say which batch comes next; `seconds` counts training time over all sittings.
    """

    task: str
    recipe: Recipe
    model: Transformer
    optimizer: torch.optim.AdamW
    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    averaged: int = 0
    average: dict[str, Tensor] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)

    @classmethod
    def new(cls, task: str, config: ModelConfig, recipe: Recipe) -> "TrainingState":
        """Begin a run: draw the weights from the recipe's seed.

        Raises: ValueError if a decoder that reads nothing of its own is to be trained by scheduled sampling.
        """
        if recipe.sampling != "none" and not config.autoregressive:
            raise ValueError(
                f"sampling={recipe.sampling!r} needs a decoder that reads what it wrote, not decoder={config.decoder!r}"
            )
        torch.manual_seed(recipe.seed)
        model = Transformer(config, torch.Generator().manual_seed(recipe.seed))
        return cls(task, recipe, model, make_optimizer(model, recipe))

    def add_to_average(self) -> None:
        """Let the present weights count in the final ones."""
        for name, parameter in self.model.named_parameters():
            known = self.average.get(name)
            self.average[name] = parameter.detach().clone() if known is None else known + parameter.detach()
        self.averaged += 1

    def averaged_model(self) -> Transformer:
        """Return a model with the averaged weights, or the present ones while there is no average."""
        model = Transformer(self.model.config)
        weights = {name: parameter.detach() for name, parameter in self.model.named_parameters()}
        if self.averaged:
            weights = {name: total / self.averaged for name, total in self.average.items()}
        model.load_state_dict(weights, strict=False)
        return model.eval()

    def save(self, path: Path) -> None:
        """Write the run to a file, replacing the last one only when the new one is complete."""
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {f"model.{name}": parameter.detach() for name, parameter in self.model.named_parameters()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in slots.items()}
        tensors |= {f"average.{name}": total for name, total in self.average.items()}
        tensors |= {"rng": torch.get_rng_state(), "losses": torch.tensor(self.losses, dtype=torch.float64)}
        numbers = {name: getattr(self, name) for name in ("task", "step", "epoch", "batch", "seconds", "averaged")}
        described = numbers | {"config": self.model.config.to_dict(), "recipe": asdict(self.recipe)}
        partial = path.with_suffix(".partial")
        save_file(
            {name: tensor.contiguous() for name, tensor in tensors.items()}, partial, {"run": json.dumps(described)}
        )
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "TrainingState":
        """Read a run to go on with it; restores the random number generator too."""
        with safe_open(path, "pt") as file:
            described = json.loads(file.metadata()["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (a file is no dict)
        config = ModelConfig.from_dict(described.pop("config"))
        recipe = Recipe(**described.pop("recipe"))
        model = Transformer(config)
        model.load_state_dict(inside(tensors, "model"), strict=False)
        optimizer = make_optimizer(model, recipe)
        saved = optimizer.state_dict()
        for name, value in inside(tensors, "optimizer").items():
            index, slot = name.split(".", 1)
            saved["state"].setdefault(int(index), {})[slot] = value
        optimizer.load_state_dict(saved)
        torch.set_rng_state(tensors["rng"])
        return cls(
            recipe=recipe, model=model, optimizer=optimizer, average=inside(tensors, "average"),
            losses=tensors["losses"].tolist(), **described,
        )  # fmt: skip


def make_optimizer(model: Transformer, recipe: Recipe) -> torch.optim.AdamW:
    """Build AdamW; the schedule sets its rate at every step. Source: Loshchilov & Hutter 2019."""
    return torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=recipe.weight_decay,
        fused=True,
    )  # fmt: skip


def inside(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors under a prefix, named without it."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}
