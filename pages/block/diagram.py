"""The block as textbooks draw it: sub-layers as boxes, residuals as arrows around them, Add & Norm where they meet."""

from typing import Any

from core.config import ModelConfig
from pages.shared.browser.callbacks import mount
from pages.shared.text import t


def block_diagram(config: ModelConfig, side: str) -> None:
    """Draw one layer of this model, from what arrives at the left to what goes to the next layer at the right."""
    data = {"steps": steps(config, side), "residual": config.residual, "title": t(f"block.diagram_{side}")}
    mount("diagram", "block-diagram", data, {})


def steps(config: ModelConfig, side: str) -> list[dict[str, Any]]:
    """Return each sub-layer with what stands before it, within the residual's reach, and where the residual ends."""
    pre = config.layer_norm and config.norm_order == "pre"
    names = ("self_attn", "ffn") if side == "encoder" else ("self_attn", "cross_attn", "ffn")
    before, after = t("block.diagram_norm") if pre else "", meeting(config)
    return [
        {"before": before, "sublayer": t(f"block.diagram_{name}"), "after": after and t(f"block.diagram_{after}")}
        for name in names
    ]


def meeting(config: ModelConfig) -> str:
    """Return what is done where a residual meets its sub-layer's output; empty if nothing is."""
    norm = config.layer_norm and config.norm_order == "post"
    if config.residual:
        return "add_norm" if norm else "add"
    return "norm" if norm else ""
