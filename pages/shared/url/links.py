"""The URL: any view is a link, and a link that asks for nonsense is answered with a sentence."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from core.run import models
from core.run.huggingface import is_listed
from core.run.runs import SWITCHES, RunSpec, known_reference, left_aside, missing_parts, readable, runnable
from core.run.view import ATTENTIONS, COMPARES, View
from core.screen.texts import languages, say
from pages.shared.first import first_spec
from pages.shared.language import LANG, spoken
from pages.shared.state import AppState
from pages.shared.text import listed, t
from pages.shared.translation import with_language
from pages.shared.url.fields import Choices
from pages.shared.url.params import read_option, shortened, whole_number

MOST_PADS = 8
LONGEST_TEXT = 300
PINNED = "a"
LESSON, PROJECTOR = "lesson", "projector"


def write(state: AppState) -> dict[str, str]:
    """Return the query parameters of what is shown; what is as on a plain visit is left out."""
    view = state.view.within(state.spec.config)
    params = spec_params(state.spec) | {
        "step": str(view.step),
        "layer": str(view.layer + 1),
        "head": str(view.head + 1),
        "attention": view.attention,
    }
    if view.attention == "encoder":
        params["row"] = str(view.row + 1)
    if state.pinned is not None:
        params |= {PINNED: urlencode(spec_params(state.pinned)), "compare": view.compare}
    if state.kind is not None:
        params |= state.chosen(state.kind).params()
    params |= {LESSON: str(state.lesson)} if state.lesson else {}
    params |= {LANG: spoken().name} if spoken().chosen else {}
    return params | ({PROJECTOR: "on"} if state.projector else {})


def spec_params(spec: RunSpec) -> dict[str, str]:
    """Return the query parameters of a run: nothing of switches that mean nothing to its model."""
    spec = spec.meaningful()
    plain = RunSpec(model=models.default_model(), source="", reference=usual_reference(spec))
    params = {"source": spec.source[:LONGEST_TEXT]}
    for name in ("model", "reference"):
        if getattr(spec, name) != getattr(plain, name):
            params[name] = getattr(spec, name)[:LONGEST_TEXT]
    for name in SWITCHES:
        if getattr(spec, name) != getattr(plain, name):
            params[name] = "on" if getattr(spec, name) else "off"
    if spec.pads != plain.pads:
        params["pads"] = str(spec.pads)
    if spec.forced:
        params["force"] = ",".join(f"{step + 1}:{token}" for step, token in spec.forced)
    return params


def usual_reference(spec: RunSpec) -> str:
    """Return the reference that a source brings along, which a link need not name."""
    return known_reference(spec) if readable(spec)[0] is not None else ""


def read(state: AppState, params: Mapping[str, str], kind: type[Choices] | None, first: RunSpec | None = None) -> None:
    """Take over what a link asks for; what cannot be is left as it was, and said in `state.problems`.

    `kind` is the page's own choices; those of other pages stay as they are. `first` is the run of a link that names
    neither model nor source, by default the usual one.
    """
    problems: list[str] = []
    # It is no part of what is shown: a link that says nothing of it leaves it as it is.
    asked = read_option(params, PROJECTOR, ("on", "off"), problems)
    state.projector = asked[PROJECTOR] == "on" if asked else state.projector
    read_option(params, LANG, tuple(languages()), problems)  # by now it is spoken, if it is one
    params = {name: text for name, text in params.items() if name not in (PROJECTOR, LANG)}
    if not params:
        state.problems = tuple(problems)
        return
    state.spec = read_spec(params, problems, state.visitor, first)
    state.keep()
    config = models.catalogue()[state.spec.model].config
    layers = config.num_encoder_layers if params.get("attention") == "encoder" else config.num_decoder_layers
    numbers = {
        "step": (0, config.max_target_len),
        "layer": (1, layers),
        "head": (1, config.num_heads),
        "row": (1, config.max_source_len),
    }
    found: dict[str, Any] = {}
    for name, (least, most) in numbers.items():
        number = whole_number(params, name, least, most, problems)
        if number is not None:
            found[name] = number - (name != "step")
    for name, choices in (("attention", ATTENTIONS), ("compare", COMPARES)):
        found |= read_option(params, name, choices, problems)
    state.view = replace(View(), **found)
    state.pinned = None
    if PINNED in params:
        state.pinned, _ = runnable(read_spec(dict(parse_qsl(params[PINNED])), problems, state.visitor))
    if state.pinned is None and state.view.compare != "b":
        state.view = replace(state.view, compare="b")
        problems.append(t("problem.url_compare"))
    if kind is not None:
        found = kind.from_params(params, problems)
        state.choices = state.choices | {kind: replace(found, **foreign_models(found, state.visitor, problems))}
    strange = sorted(set(params) - KNOWN - (kind.url_names() if kind else set()))
    if strange:
        problems.append(t("problem.url_unknown", names=listed(name[:20] for name in strange[:4])))
    state.look()
    state.problems = tuple(dict.fromkeys(problems))  # two models of somebody else's are one sentence


def names_own_model(params: Mapping[str, str]) -> bool:
    """Tell whether a link names a visitor's model anywhere, so that one has to know whose before it is read.

    Whatever the parameter is called: what names a model there may one day be more than what does now.
    """
    return any(map(models.is_own, (*params.values(), *dict(parse_qsl(params.get(PINNED, ""))).values())))


def foreign_models(found: Choices, visitor: str, problems: list[str]) -> dict[str, str]:
    """Return a page's choices without the models of other visitors, where there are any, and say so in `problems`."""
    asked = {name: getattr(found, name) for name in sorted(found.model_names())}
    foreign = [name for name, model in asked.items() if models.is_own(model) and model not in models.own(visitor)]
    problems += [t("problem.url_own_model")] * len(foreign)
    return dict.fromkeys(foreign, "")


def read_model(params: Mapping[str, str], problems: list[str], visitor: str) -> str:
    """Read which model is asked for: one that ships, may be opened, or is the visitor's own; empty if there is none."""
    name = params.get("model", "")
    if models.is_own(name):
        if name in models.own(visitor):
            return name
        problems.append(t("problem.url_own_model"))
        return ""
    if is_listed(name):
        why = models.opening_problem(name)
        problems += [] if why is None else [say(why)]
        return name if why is None else ""
    return read_option(params, "model", tuple(models.catalogue()), problems).get("model", "")


def read_spec(
    params: Mapping[str, str], problems: list[str], visitor: str = "", first: RunSpec | None = None
) -> RunSpec:
    """Read a run from query parameters, adding a sentence to `problems` for each that cannot be.

    `first` is the run where neither model nor source is asked for.
    """
    spec = first_spec(read_model(params, problems, visitor))
    if first is not None and not {"model", "source"} & set(params):
        spec = first
    if "source" in params:
        spec = with_language(replace(spec, source=params["source"]))
        spec = replace(spec, reference=usual_reference(spec))
    found: dict[str, Any] = {"reference": params["reference"]} if "reference" in params else {}
    for name in SWITCHES:
        found |= {key: value == "on" for key, value in read_option(params, name, ("on", "off"), problems).items()}
    pads = whole_number(params, "pads", 0, MOST_PADS, problems)
    if pads is not None:
        found["pads"] = pads
    if "force" in params:
        found["forced"] = read_forced(params["force"], spec.model, problems)
    spec = replace(spec, **found)
    problems += left_aside(spec) + missing_parts(spec)
    return spec.meaningful()


def read_forced(text: str, model: str, problems: list[str]) -> tuple[tuple[int, int], ...]:
    """Read forced tokens, written as step:id,step:id with steps from 1."""
    config = models.catalogue()[model].config
    try:
        pairs = {int(step) - 1: int(token) for step, token in (pair.split(":") for pair in text.split(","))}
    except ValueError:
        pairs = {-1: -1}
    fits = all(
        0 <= step < config.max_target_len and 0 <= token < config.target_vocab_size for step, token in pairs.items()
    )
    if not fits:
        problems.append(t("problem.url_force", got=shortened(text)))
        return ()
    return tuple(sorted(pairs.items()))


ALWAYS_KNOWN = {"force", PINNED, LESSON, PROJECTOR, LANG}
KNOWN = {field.name for kind in (RunSpec, View) for field in fields(kind)} - {"forced"} | ALWAYS_KNOWN
