"""Are the Triton kernels right on a GPU, and how fast beside cuDNN's? In under ten minutes on one H100.

    python benchmarks/gpu.py                # on a machine with an NVIDIA GPU
    python benchmarks/gpu.py --device cpu   # a rehearsal on any machine

Every kernel is held against the framework in float64 within its error bound, with a control that must differ, and then timed in turn
with the framework's own operators, cuDNN's. Beside each time stand the two floors that no kernel can be below: the bytes that it
must read and write at the bandwidth of a copy, and its multiply-adds at the rate of a matrix product, both measured in the same
run. The level-2 cache is flushed before every call. What networks take there says `cnnclaims measure 'latency(resnet50(),
device="cuda")'`, what claims of speed come to `cnnclaims verify --all --device cuda --update`.

Everything is printed and nothing is kept. Exit status 0 when every kernel agrees, 1 when one does not or was left out, 2 when there is
no GPU or no Triton. A rehearsal runs the same programme at tiny sizes with the kernels interpreted; its times say nothing. Needs
`pip install 'cnnclaims[gpu]'`.
"""

import argparse
import importlib.util
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

# Kernel, where such a layer stands, its shape.
CASES: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("depthwise", "mobilenet_v1, its five equal layers", {"channels": 512, "height": 14, "width": 14, "padding": 1}),
    ("depthwise", "mobilenet_v1, first", {"channels": 32, "height": 112, "width": 112, "padding": 1}),
    ("pointwise", "mobilenet_v1, its five equal layers", {"channels": 512, "height": 14, "width": 14, "c_out": 512}),
    ("pointwise", "mobilenet_v1, first", {"channels": 32, "height": 112, "width": 112, "c_out": 64}),
    ("depthwise_separable", "mobilenet_v1, its five equal layers", {"channels": 512, "height": 14, "width": 14, "c_out": 512, "padding": 1}),
    ("depthwise_separable", "mobilenet_v1, first", {"channels": 32, "height": 112, "width": 112, "c_out": 64, "padding": 1}),
    ("grouped", "resnet50, conv3", {"channels": 128, "height": 28, "width": 28, "c_out": 128, "groups": 1, "padding": 1}),
    ("grouped", "resnext50_32x4d, conv2", {"channels": 128, "height": 56, "width": 56, "c_out": 128, "groups": 32, "padding": 1}),
    ("shift", "a map of 28 x 28", {"channels": 128, "height": 28, "width": 28}),
    ("channel_shuffle", "shufflenet_v1 with 3 groups, stage 2", {"channels": 240, "height": 28, "width": 28, "groups": 3}),
    ("octave", "octave_resnet50 with alpha 0.5, conv3", {"high": 64, "low": 64, "height": 28, "width": 28, "out_high": 64, "out_low": 64}),
    ("deformable", "resnet's conv5 at stride 16", {"channels": 512, "height": 14, "width": 14, "c_out": 512}),
)  # fmt: skip
BATCH = 64
Results = dict[str, Any]


def has_triton() -> bool:
    """Whether Triton is installed."""
    return importlib.util.find_spec("triton") is not None


def refusal(device: str) -> str:
    """Why the programme cannot run here and what to do; empty where it can."""
    if not has_triton():
        return "Triton is not installed; pip install 'cnnclaims[gpu]' (Linux)"
    if device == "cuda" and os.environ.get("TRITON_INTERPRET", "0") not in ("", "0"):
        return "TRITON_INTERPRET is set, so that kernels would not run on the GPU; unset it"
    from cnnclaims.verifiers.timing.machine import Machine, NoDevice, expect

    try:
        expect(Machine(device))
    except NoDevice as error:
        return f"{error}; to rehearse: python benchmarks/gpu.py --device cpu"
    return ""


def machine(device: str) -> str:
    """What is measured, and with which versions."""
    import torch
    import triton

    from cnnclaims.verifiers.timing.machine import Machine

    versions = {"python": platform.python_version(), "torch": torch.__version__, "triton": triton.__version__}
    if device == "cuda":
        versions |= {"CUDA": torch.version.cuda, "cuDNN": torch.backends.cudnn.version()}
    return ", ".join([Machine(device).name, *(f"{name} {version}" for name, version in versions.items())])


def kernels(device: str, rounds: int, ceiling: Results, time_left: Callable[[], bool]) -> Iterator[Results]:
    """Every kernel on every layer in every kind; one that fails is an entry, and the others go on."""
    from cnnclaims.verifiers.kernels.gpu.forms import kinds
    from cnnclaims.verifiers.kernels.gpu.measuring import measured

    for name, where, layer in CASES if device == "cuda" else tiny(CASES):
        shape = {"batch": BATCH if device == "cuda" else 1} | layer
        for kind in kinds(name):
            entry: Results = {"kernel": name, "where": where, "shape": shape, "kind": " ".join(kind)}
            if not time_left():
                yield entry | {"left out": "the time was spent"}
                continue
            try:
                entry |= measured(name, shape, kind, device, rounds)
            except Exception as error:  # a kernel that does not compile or launch
                yield entry | {"error": f"{type(error).__name__}: {error}", "agrees": False, "differs": False}
                continue
            floors = {
                "of bytes": entry["bytes"] / ceiling["bytes/s"],
                "of multiply-adds": entry["multiply-adds"] / ceiling["multiply-adds/s"][entry["kind"]],
            }
            yield entry | {"floor": floors}


def tiny(cases: tuple[tuple[str, str, dict[str, int]], ...]) -> Iterator[tuple[str, str, dict[str, int]]]:
    """The layers of a rehearsal: each kernel once, on maps of 6 x 6 with 6 channels, or 3 and 3, one image."""
    small = {"channels": 6, "height": 6, "width": 6, "c_out": 6}
    small |= {"high": 3, "low": 3, "out_high": 3, "out_low": 3}
    for name, (where, shape) in {name: (where, shape) for name, where, shape in cases}.items():
        cut = {key: small.get(key, value) for key, value in shape.items()}
        yield name, f"rehearsal of {where}", cut | {"groups": 3} if shape.get("groups", 1) > 1 else cut


def line(entry: Results) -> str:
    """An entry for the terminal: what it is, then what came out."""
    head = ", ".join(entry[key] for key in ("kernel", "kind", "where"))
    for key in ("left out", "error"):
        if key in entry:
            return f"{head}: {key}: {entry[key]}"
    times = ", ".join(f"{way} {found['median'] * 1e6:.1f} us" for way, found in entry["seconds"].items())
    floor = entry["seconds"]["triton"]["median"] / max(entry["floor"].values())
    share = (
        entry["error / bound"] if isinstance(entry["error / bound"], str) else f"{entry['error / bound']:.2g}"
    )
    right = "agrees" if entry["agrees"] and entry["differs"] else "WRONG"
    return f"{head}: {right}, {share} of the bound; {times}; {floor:.2g} times the higher floor"


def whole(device: str, budget: float) -> list[Results]:
    """Every kernel within the time, each printed as it comes."""
    from cnnclaims.verifiers.kernels.gpu.measuring import ceilings

    began = time.monotonic()
    rounds = 100 if device == "cuda" else 2
    print(machine(device), flush=True)
    found = []
    measured = ceilings(device, rounds)
    for entry in kernels(device, rounds, measured, lambda: time.monotonic() - began < budget):
        print(line(entry), flush=True)
        found.append(entry)
    return found


def main(words: list[str] | None = None) -> int:
    """Read the arguments, run, and say by the status whether every kernel agrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument(
        "--budget", type=float, default=540, metavar="SECONDS", help="what is not begun by then is left out"
    )
    arguments = parser.parse_args(words)
    if arguments.device == "cpu":
        os.environ["TRITON_INTERPRET"] = "1"  # read when triton is imported
    if why := refusal(arguments.device):
        print(why, file=sys.stderr)
        return 2
    found = whole(arguments.device, arguments.budget)
    return 0 if all(entry.get("agrees") and entry.get("differs") for entry in found) else 1


if __name__ == "__main__":
    sys.exit(main())
