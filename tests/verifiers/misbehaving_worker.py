"""A worker process that knows networks and checks which do what none should. Its argument is a file for them to write to."""

import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import torch
from torch import nn

from cnnclaims.verifiers import catalogue, worker
from cnnclaims.verifiers.networks import NETWORKS
from cnnclaims.verifiers.networks.network import Network

NOTES = Path(sys.argv[1])


def sound() -> Network:
    return Network({"conv": nn.Conv2d(3, 4, 1)}, (3, 8, 8))


def counted(width: float = 1.0) -> Network:
    with NOTES.open("a") as notes:
        notes.write(f"built with {width!r}\n")
    return sound()


def raises() -> Network:
    raise ValueError("width is -1\nand a second line")


def says_nothing() -> Network:
    raise ValueError


def leaves() -> Network:
    sys.exit("enough")


def exits() -> Network:
    print("the disk is gone", file=sys.stderr, flush=True)
    os._exit(3)


def killed() -> Network:
    os.kill(os.getpid(), signal.SIGKILL)
    return sound()


def hangs() -> Network:
    child = subprocess.Popen(["sleep", "600"])
    with NOTES.open("a") as notes:
        notes.write(f"{os.getpid()} {child.pid}\n")
    time.sleep(600)
    return sound()


def hungry() -> Network:
    taken = bytearray(worker.MEMORY_LIMIT + 1)
    return Network({"conv": nn.Conv2d(3, len(taken), 1)}, (3, 8, 8))


def talkative() -> Network:
    print("x" * 100_000)
    os.write(1, b"no pickle " * 10_000)
    return sound()


def curious() -> Network:
    assert not sys.stdin.read()
    return sound()


def babbles() -> Network:
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, b"no pickle at all\n")
        except OSError:
            continue
    return sound()


def holds() -> tuple[torch.Tensor, str, bool, bool]:
    return torch.tensor(True), "a check may hand back a tensor", False, False


def check_raises() -> None:
    raise RuntimeError("no such data")


if __name__ == "__main__":
    worker.MEMORY_LIMIT = 6 * 2**30
    networks = types.ModuleType("cnnclaims.verifiers.networks.misbehaving")
    checks = types.ModuleType("cnnclaims.verifiers.checks.misbehaving")
    for name, value in list(vars().items()):
        if isinstance(value, types.FunctionType):
            setattr(networks, name, value)
            setattr(checks, name, value)
            NETWORKS[name] = "misbehaving"
            catalogue.CHECKS += (f"misbehaving.{name}",)
    sys.modules[networks.__name__], sys.modules[checks.__name__] = networks, checks
    worker.main()
