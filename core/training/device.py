"""Which processor or GPU a command runs on."""

import argparse
import os
from typing import Literal, get_args

import torch

DeviceName = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[str, ...] = get_args(DeviceName)


def chosen_device(name: str) -> torch.device:
    """Return the device of a name: auto is a GPU if there is one. Each of torchrun's processes has a GPU of its own.

    Raises: ValueError if a GPU is asked for and there is none, or fewer than processes.
    """
    if name not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {name!r}")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not count):
        return torch.device("cpu")
    rank = int(os.environ.get("LOCAL_RANK", "0"))
    if rank >= count:
        raise ValueError(
            f"device=cuda needs a GPU for each process: this is process {rank}, and there are {count} GPUs"
        )
    return torch.device("cuda", rank)


def has_bf16(device: torch.device) -> bool:
    """Tell whether a device computes in bf16, rather than emulate it (an AVX2 processor takes eight times as long)."""
    return device.type != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """Let a command line choose the device."""
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: a GPU if there is one")


def asked_device(options: argparse.Namespace) -> torch.device:
    """Return the device that a command line chose.

    Raises: SystemExit, saying why, if there is none such.
    """
    try:
        return chosen_device(options.device)
    except ValueError as error:
        raise SystemExit(f"these options do not work: {error}") from error
