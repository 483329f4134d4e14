"""The registry of taps: every place where a run can be watched, for tests, captions and the README."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.config import ModelConfig


@dataclass(frozen=True)
class Site:
    """One place where a run can be watched: its name, shape, formula and origin."""

    name: str
    shape: str
    formula: str
    source: str


_EQ1 = "Vaswani et al. 2017, eq. 1"
_ATTENTION = (
    Site("query", "B,H,Q,d", r"q = x W^Q", "Vaswani et al. 2017, § 3.2.2"),
    Site("key", "B,H,K,d", r"k = y W^K", "Vaswani et al. 2017, § 3.2.2"),
    Site("value", "B,H,K,d", r"v = y W^V", "Vaswani et al. 2017, § 3.2.2"),
    Site("scores", "B,H,Q,K", r"e_{ij} = q_i \cdot k_j / \sqrt{d}", _EQ1),
    Site("weights", "B,H,Q,K", r"\alpha_{ij} = \mathrm{softmax}_j(e_{ij})", _EQ1),
    Site("head_outputs", "B,H,Q,d", r"o_i = \sum_j \alpha_{ij} v_j", _EQ1),
    Site("output", "B,Q,D", r"[o^1; \dots; o^H] W^O", "Vaswani et al. 2017, § 3.2.2"),
)
_FEED_FORWARD = (
    Site("hidden", "B,Q,F", r"h = \max(0, x W_1 + b_1)", "Vaswani et al. 2017, eq. 2"),
    Site("output", "B,Q,D", r"h W_2 + b_2", "Vaswani et al. 2017, eq. 2"),
)
_NORM = (
    Site("mean", "B,Q,1", r"\mu = \frac{1}{D} \sum_i x_i", "Ba et al. 2016, eq. 3"),
    Site("variance", "B,Q,1", r"\sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2", "Ba et al. 2016, eq. 3"),
    Site("normed", "B,Q,D", r"\gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta", "Ba et al. 2016, eq. 4"),
)
_SUM = Site("sum", "B,Q,D", r"x + \mathrm{sublayer}(x)", "Vaswani et al. 2017, § 3.1")


def sites(config: ModelConfig) -> tuple[Site, ...]:
    """List every site of a model, by full name."""
    add_norm = (_SUM, *_NORM) if config.layer_norm else (_SUM,)

    def inside(prefix: str, part: Iterable[Site]) -> list[Site]:
        return [Site(f"{prefix}.{site.name}", site.shape, site.formula, site.source) for site in part]

    listed: list[Site] = []
    for side, layers in (("encoder", config.num_encoder_layers), ("decoder", config.num_decoder_layers)):
        listed.append(Site(f"{side}.embedding", "B,Q,D", r"\sqrt{D}\,E_{x_t} + p_t", "Vaswani et al. 2017, § 3.4, 3.5"))
        if config.embedding_norm and config.layer_norm:
            listed += inside(f"{side}.embedding_norm", _NORM)
        attentions = ("self_attn",) if side == "encoder" else ("self_attn", "cross_attn")
        for layer in range(layers):
            for attention in attentions:
                listed += inside(f"{side}.{layer}.{attention}", _ATTENTION)
                listed += inside(f"{side}.{layer}.{attention}_add_norm", add_norm)
            listed += inside(f"{side}.{layer}.ffn", _FEED_FORWARD)
            listed += inside(f"{side}.{layer}.ffn_add_norm", add_norm)
            listed.append(Site(f"{side}.{layer}.output", "B,Q,D", r"x^{(\ell+1)}", "Vaswani et al. 2017, § 3.1"))
        if config.final_norm and config.layer_norm:
            listed += inside(f"{side}.final_norm", _NORM)
    listed.append(Site("logits", "B,Q,V", r"x E^\top", "Vaswani et al. 2017, § 3.4"))
    return tuple(listed)
