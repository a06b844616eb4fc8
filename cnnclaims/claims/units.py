"""The closed list of units: what a printed number counts, and by what power.

A unit is a dimension and a scale: "M params" is 1,000,000 of dimension `params`. A measured value is divided by the
scale before it is held against the printed digits. The dimension keeps a claim about parameters from being checked by a
count of multiply-adds.
"""

from fractions import Fraction
from typing import NamedTuple


class Unit(NamedTuple):
    """What is counted (`dimension`, "" for a pure ratio) and how many of it make one (`scale`)."""

    dimension: str
    scale: Fraction


K, M, G = Fraction(10**3), Fraction(10**6), Fraction(10**9)
ONE = Fraction(1)
PERCENT = Fraction(1, 100)

UNITS: dict[str, Unit] = {
    # parameters; "Ki params" is for tables that count 1024 as one K
    "params": Unit("params", ONE),
    "K params": Unit("params", K),
    "M params": Unit("params", M),
    "Ki params": Unit("params", Fraction(1024)),
    "weights": Unit("params", ONE),
    "K weights": Unit("params", K),
    "M weights": Unit("params", M),
    # one multiplication and one addition together count as one
    "mult-adds": Unit("mult-adds", ONE),
    "K mult-adds": Unit("mult-adds", K),
    "M mult-adds": Unit("mult-adds", M),
    "G mult-adds": Unit("mult-adds", G),
    "10^10 mult-adds": Unit("mult-adds", 10 * G),
    # where a paper counts the multiplication and the addition as one operation each
    "K FLOPs (2x)": Unit("mult-adds", K / 2),
    "M FLOPs (2x)": Unit("mult-adds", M / 2),
    "G FLOPs (2x)": Unit("mult-adds", G / 2),
    "multiplications": Unit("mult-adds", ONE),
    "connections": Unit("connections", ONE),
    "K connections": Unit("connections", K),
    "M connections": Unit("connections", M),
    # memory: decimal and binary multiples are different units
    "B": Unit("bytes", ONE),
    "kB": Unit("bytes", K),
    "MB": Unit("bytes", M),
    "GB": Unit("bytes", G),
    "KiB": Unit("bytes", Fraction(2**10)),
    "MiB": Unit("bytes", Fraction(2**20)),
    "GiB": Unit("bytes", Fraction(2**30)),
    # parts of a network
    "neurons": Unit("values", ONE),
    "values": Unit("values", ONE),
    "M values": Unit("values", M),
    "channels": Unit("channels", ONE),
    "filters": Unit("channels", ONE),
    "dimensions": Unit("channels", ONE),
    "units": Unit("channels", ONE),
    "classes": Unit("channels", ONE),
    "pixels": Unit("pixels", ONE),
    "layers": Unit("count", ONE),
    "blocks": Unit("count", ONE),
    "modules": Unit("count", ONE),
    "shortcuts": Unit("count", ONE),
    "pairs": Unit("count", ONE),
    "operators": Unit("count", ONE),
    "models": Unit("count", ONE),
    "crops": Unit("count", ONE),
    "images": Unit("count", ONE),
    "stages": Unit("count", ONE),
    "networks": Unit("count", ONE),
    "steps": Unit("count", ONE),
    "heads": Unit("count", ONE),
    "patches": Unit("count", ONE),
    "anchors": Unit("count", ONE),
    "regions": Unit("count", ONE),
    "segments": Unit("count", ONE),
    "GPUs": Unit("count", ONE),
    "errors": Unit("count", ONE),
    # pure numbers
    "x": Unit("", ONE),
    "%": Unit("", PERCENT),
    "constant": Unit("", ONE),
    "probability": Unit("", ONE),
    "std": Unit("", ONE),
    "variance": Unit("", ONE),
    "learning rate": Unit("", ONE),
    # accuracy, in points as printed; no measure has these dimensions, arithmetic on printed figures does
    "% top-1 error": Unit("top-1 error", ONE),
    "% top-5 error": Unit("top-5 error", ONE),
    "% top-1 accuracy": Unit("top-1 accuracy", ONE),
    "% top-5 accuracy": Unit("top-5 accuracy", ONE),
    "top-1 accuracy": Unit("top-1 accuracy", Fraction(100)),
    "top-5 accuracy": Unit("top-5 accuracy", Fraction(100)),
    "% error": Unit("error", ONE),
    "% training error": Unit("training error", ONE),
    "% accuracy": Unit("accuracy", ONE),
    "accuracy": Unit("accuracy", Fraction(100)),
    "% mAP": Unit("mAP", ONE),
    "MAP@100": Unit("MAP@100", ONE),
    "% AP": Unit("AP", ONE),
    "% mIoU": Unit("mIoU", ONE),
    "% PCK": Unit("PCK", ONE),
    "% PCKh": Unit("PCKh", ONE),
    "% AUC": Unit("AUC", ONE),
    "% WER": Unit("WER", ONE),
    "% points": Unit("points", ONE),
    "perplexity": Unit("perplexity", ONE),
    "bits/character": Unit("bits per character", ONE),
    # training and time
    "epochs": Unit("epochs", ONE),
    "iterations": Unit("iterations", ONE),
    "us": Unit("seconds", Fraction(1, 10**6)),
    "ms": Unit("seconds", Fraction(1, 10**3)),
    "s": Unit("seconds", ONE),
    "hours": Unit("seconds", Fraction(3600)),
    "days": Unit("seconds", Fraction(86400)),
    "weeks": Unit("seconds", Fraction(7 * 86400)),
    "years": Unit("seconds", Fraction(31557600)),
    "images/s": Unit("images/s", ONE),
    "batches/s": Unit("batches/s", ONE),
    "steps/s": Unit("steps/s", ONE),
    "kSa/s": Unit("samples/s", K),
    "GPU-hours": Unit("GPU-hours", ONE),
    "GPU-days": Unit("GPU-days", ONE),
    "TPU-core-days": Unit("TPU-core-days", ONE),
    "G FLOP/s": Unit("FLOP/s", G),
    "T FLOP/s": Unit("FLOP/s", K * G),
    "J/image": Unit("joules per image", ONE),
    "J": Unit("joules", ONE),
    "mJ": Unit("joules", Fraction(1, 10**3)),
    "pJ": Unit("joules", Fraction(1, 10**12)),
    "W": Unit("watts", ONE),
    "bits": Unit("bits", ONE),
    "degrees": Unit("angle", ONE),
}
