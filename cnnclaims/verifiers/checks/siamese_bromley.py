"""What Signature Verification using a "Siamese" Time Delay Neural Network claims that is not one number."""

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.siamese_bromley import LAYERS, POINTS, STRIDE

STEPS = range(1, 11)  # no step is printed


def layers_need_200_points() -> Found:
    """Of all lengths up to 400 and all steps up to 10 the printed length alone gives 64 and 19 units with no point left over."""
    return fits_alone(POINTS, (64, 19))


def fits_alone(points: int, units: tuple[int, ...]) -> Found:
    """The lengths of a signature, each with a step, that fill layers of so many units to the last point.

    Length, fields and units are all printed by the same work.
    """
    fitting = [(n, step) for n in range(30, 401) for step in STEPS if _filled(n, step) == units]
    listed = ", ".join(f"{n} by steps of {step}" for n, step in fitting) or "none"
    return Found(
        fitting == [(points, STRIDE)],
        f"lengths that fill layers of {units[0]} and {units[1]} units in time, with fields of {LAYERS[0][2]} and {LAYERS[1][2]}, "
        f"to the last point: {listed}; tried are steps of {STEPS[0]} to {STEPS[-1]}, the same in both layers",
        own_word=True,
    )


def _filled(length: int, step: int) -> tuple[int, ...] | None:
    units = []
    for _, _, field in LAYERS:
        length, rest = divmod(length - field, step)
        if rest or length < 0:
            return None
        length += 1
        units.append(length)
    return tuple(units)
