"""All that a training run needs to go on exactly where it stopped, as one safetensors file."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.config import ModelConfig
from core.files import whole_file
from core.model import Transformer
from core.sentences import Refusal
from core.training.recipe import Recipe


@dataclass(eq=False)
class TrainingState:
    """Hold a run: model, optimiser, how far it is, the sum of averaged snapshots, the losses so far.

    `epoch` and `batch` say which batch comes next; `seconds` counts training time over all sittings.
    """

    task: str
    recipe: Recipe
    model: Transformer
    optimizer: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    averaged: int = 0
    average: dict[str, Tensor] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)

    @classmethod
    def new(
        cls, task: str, config: ModelConfig, recipe: Recipe, weights: Mapping[str, Tensor] | None = None
    ) -> "TrainingState":
        """Begin a run: with given weights, or with weights drawn from the recipe's seed.

        Raises: ValueError if the task is not a name, or if the recipe asks for what the model's kind of decoder cannot
            be taught.
        """
        if not isinstance(task, str):
            raise Refusal("refusal.wrong_type", name="task", kind="str", got=type(task).__name__)
        if recipe.reward != "none" and not config.autoregressive:
            raise Refusal("refusal.reward_decoder")
        if recipe.mask_predict and config.autoregressive:
            raise Refusal("refusal.mask_predict")
        if not recipe.causal_mask and not config.autoregressive:
            raise Refusal("refusal.causal_decoder", decoder=config.decoder)
        if recipe.sampling != "none" and not config.autoregressive:
            raise Refusal("refusal.sampling_decoder", sampling=recipe.sampling, decoder=config.decoder)
        torch.manual_seed(recipe.seed)
        model = Transformer(config, torch.Generator().manual_seed(recipe.seed))
        if weights is not None:
            model.load_state_dict(weights)
        return cls(task, recipe, model, make_optimizer(model, recipe))

    def move_to(self, device: torch.device) -> None:
        """Put the weights, their average and the optimiser's memory on a device."""
        if self.model.device == device:
            return
        self.model.to(device)
        self.average = {name: total.to(device) for name, total in self.average.items()}
        remembered = self.optimizer.state_dict()
        self.optimizer = make_optimizer(self.model, self.recipe)
        self.optimizer.load_state_dict(remembered)  # which casts to where the weights are

    def add_to_average(self) -> None:
        """Let the present weights count in the final ones."""
        for name, parameter in self.model.named_parameters():
            known = self.average.get(name)
            if known is None:
                self.average[name] = parameter.detach().clone()
            elif self.recipe.ema:
                known.lerp_(parameter.detach(), 1 - self.recipe.ema)
            else:
                known.add_(parameter.detach())
        self.averaged = 1 if self.recipe.ema else self.averaged + 1

    def averaged_model(self) -> Transformer:
        """Return a model with the averaged weights, or the present ones while there is no average."""
        model = deepcopy(self.model)  # a new one would draw from the run's random numbers
        weights = {name: parameter.detach() for name, parameter in self.model.named_parameters()}
        if self.averaged:
            weights = {name: total / self.averaged for name, total in self.average.items()}
        model.load_state_dict(weights, strict=False)
        return model.eval()

    def save(self, path: Path) -> None:
        """Write the run to a file, replacing the last one only when the new one is complete.

        Raises: OSError or SafetensorError if it cannot be written, as when its folder is gone.
        """
        tensors = {f"model.{name}": parameter.detach() for name, parameter in self.model.named_parameters()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in slots.items()}
        tensors |= {f"average.{name}": total for name, total in self.average.items()}
        tensors |= {"rng": torch.get_rng_state(), "losses": torch.tensor(self.losses, dtype=torch.float64)}
        numbers = {name: getattr(self, name) for name in ("task", "step", "epoch", "batch", "seconds", "averaged")}
        described = numbers | {"config": self.model.config.to_dict(), "recipe": asdict(self.recipe)}
        if self.model.device.type == "cuda":
            tensors["rng_cuda"] = torch.cuda.get_rng_state(self.model.device)
        tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
        with whole_file(path) as partial:
            save_file(tensors, partial, {"run": json.dumps(described)})

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
        if "rng_cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["rng_cuda"])
        return cls(
            recipe=recipe, model=model, optimizer=optimizer, average=inside(tensors, "average"),
            losses=tensors["losses"].tolist(), **described,
        )  # fmt: skip


def make_optimizer(model: Transformer, recipe: Recipe) -> torch.optim.Optimizer:
    """Build the recipe's optimiser; the schedule sets its rate at every step.

    Source: Loshchilov & Hutter 2019 (adamw), Kingma & Ba 2015 (adam), Sutskever et al. 2013 (sgd, with momentum).
    """
    parameters, rate, decay = model.parameters(), recipe.learning_rate, recipe.weight_decay
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=decay)
    kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, lr=rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=decay, fused=True)


def inside(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors under a prefix, named without it."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}
