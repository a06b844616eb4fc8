"""The whole GPU programme, in under ten minutes on one H100: are the Triton kernels right, how fast, and what do networks take?

    python benchmarks/gpu.py                                        # on a machine with an NVIDIA GPU
    python benchmarks/gpu.py --device cpu --out build/rehearsal.json  # a rehearsal on any machine

Every kernel is held against the framework in float64 within its error bound, with a control that must differ, and then timed in turn
with the framework's own operators, cuDNN's. Beside each time stand the two floors that no kernel can be below: the bytes that it
must read and write at the bandwidth of a copy, and its multiply-adds at the rate of a matrix product, both measured in the same
run. The level-2 cache is flushed before every call. Then networks' latency, throughput, memory and energy, and the comparisons that
claims of speed name.

The evidence is written to cnnclaims/verdicts/evidence/<device>.json after each figure, whole or not at all. Exit status 0 when every
kernel agrees, 1 when one does not or was left out, 2 when there is no GPU or no Triton. A rehearsal runs the same programme at tiny sizes with
the kernels interpreted; its times say nothing. Needs `pip install 'cnnclaims[gpu]'`.
"""

import argparse
import contextlib
import datetime
import importlib.util
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
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
NETWORKS = "mobilenet_v1 mobilenet_v2 shufflenet_v2 resnet50 resnext50_32x4d densenet121 vovnet39".split()
MEASURED = (("latency", 1), ("throughput", 64), ("peak_memory", 64), ("energy", 64))  # and the images at once
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


def machine(device: str) -> Results:
    """What was measured with: names and versions."""
    import torch
    import triton

    from cnnclaims.verifiers.timing.machine import Machine

    found: Results = {
        "device": Machine(device).name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": shlex.join(["python", "benchmarks/gpu.py", *sys.argv[1:]]),
        "rehearsal": device == "cpu",
        "with": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "triton": triton.__version__,
        },
    }
    if device == "cuda":
        properties = torch.cuda.get_device_properties()
        found["compute capability"] = f"{properties.major}.{properties.minor}"
        found["memory"] = properties.total_memory
        versions = {"driver": driver(), "CUDA": torch.version.cuda, "cuDNN": torch.backends.cudnn.version()}
        found["with"] |= versions
    return found


def driver() -> str:
    """The driver's version as its own tool says it."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        return said.split()[0]
    return "not known: nvidia-smi does not answer"


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


def networks(device: str, time_left: Callable[[], bool]) -> Iterator[Results]:
    """What networks take, by the measures of the language."""
    from cnnclaims.verifiers.timing.energy import NoCounter
    from cnnclaims.verifiers.timing.machine import Machine
    from cnnclaims.verifiers.timing.measuring import measure

    where = Machine(device, budget=2.0 if device == "cuda" else 0.05)
    for name in NETWORKS if device == "cuda" else ["lenet5"]:
        for what, batch in MEASURED:
            entry: Results = {"network": f"{name}()", "measure": what, "images": batch}
            if not time_left():
                yield entry | {"left out": "the time was spent"}
                continue
            try:
                reading = measure(what, [(name, {}, f"{name}()")], where, batch, None)
                yield entry | {"unit": reading.unit, **reading.spread._asdict()}
            except NoCounter as error:
                yield entry | {"open": str(error)}
            except Exception as error:
                yield entry | {"error": f"{type(error).__name__}: {error}"}


def comparisons(device: str, time_left: Callable[[], bool]) -> Iterator[Results]:
    """What the claims of speed ask, decided on this device; `cnnclaims verify --all --device cuda --update` puts it beside them."""
    from cnnclaims.verifiers.checks import TIMINGS
    from cnnclaims.verifiers.timing.contest import decide
    from cnnclaims.verifiers.timing.machine import Machine

    where = Machine(device, budget=5.0 if device == "cuda" else 0.05)
    for name in TIMINGS if device == "cuda" else TIMINGS[:1]:
        if not time_left():
            yield {"comparison": name, "left out": "the time was spent"}
            continue
        try:
            verdict, found = decide(name, where)
            yield {"comparison": name, "verdict": verdict, "found": found}
        except Exception as error:
            yield {"comparison": name, "error": f"{type(error).__name__}: {error}"}


def line(entry: Results) -> str:
    """An entry for the terminal: what it is, then what came out."""
    heads = ("kernel", "kind", "where", "network", "measure", "comparison")
    head = ", ".join(str(entry[key]) for key in heads if key in entry)
    for key in ("left out", "open", "error"):
        if key in entry:
            return f"{head}: {key}: {entry[key]}"
    if "comparison" in entry:
        return f"{head}: {entry['verdict']}. {entry['found']}"
    if "network" in entry:
        return f"{head}: {entry['median']:.4g} {entry['unit']}"
    times = ", ".join(f"{way} {found['median'] * 1e6:.1f} us" for way, found in entry["seconds"].items())
    floor = entry["seconds"]["triton"]["median"] / max(entry["floor"].values())
    share = (
        entry["error / bound"] if isinstance(entry["error / bound"], str) else f"{entry['error / bound']:.2g}"
    )
    right = "agrees" if entry["agrees"] and entry["differs"] else "WRONG"
    return f"{head}: {right}, {share} of the bound; {times}; {floor:.2g} times the higher floor"


def whole(device: str, out: Path | None, budget: float) -> Results:
    """All parts within the time, each entry printed and the evidence written after each."""
    from cnnclaims.claims.verdicts import FOLDER, write_whole
    from cnnclaims.verifiers.kernels.gpu.measuring import ceilings

    began = time.monotonic()

    def time_left() -> bool:
        return time.monotonic() - began < budget

    def save(**more: object) -> None:
        results.update(more, seconds=round(time.monotonic() - began, 1))
        if out is not None:
            write_whole(out, json.dumps(results, indent=1, ensure_ascii=False) + "\n")

    results = machine(device) | {"finished": False}
    if out is None and device == "cuda":
        out = FOLDER / "evidence" / f"{re.sub('[^a-z0-9]+', '-', results['device'].lower()).strip('-')}.json"
    rounds = 100 if device == "cuda" else 2
    results["ceilings"] = ceilings(device, rounds)
    parts = {
        "kernels": kernels(device, rounds, results["ceilings"], time_left),
        "networks": networks(device, time_left),
        "comparisons": comparisons(device, time_left),
    }
    for part, entries in parts.items():
        results[part] = []
        for entry in entries:
            print(line(entry), flush=True)
            results[part].append(entry)
            save()
    save(finished=True)
    return results


def main(words: list[str] | None = None) -> int:
    """Read the arguments, run, and say by the status whether every kernel agrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default on a GPU: verdicts/evidence/<device>.json"
    )
    parser.add_argument(
        "--budget", type=float, default=540, metavar="SECONDS", help="what is not begun by then is left out"
    )
    arguments = parser.parse_args(words)
    if arguments.device == "cpu":
        os.environ["TRITON_INTERPRET"] = "1"  # read when triton is imported
    if why := refusal(arguments.device):
        print(why, file=sys.stderr)
        return 2
    found = whole(arguments.device, arguments.out, arguments.budget)["kernels"]
    return 0 if all(entry.get("agrees") and entry.get("differs") for entry in found) else 1


if __name__ == "__main__":
    sys.exit(main())
