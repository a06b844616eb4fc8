"""What Signature Verification using a "Siamese" Time Delay Neural Network claims that is not one number."""

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.siamese_bromley import LAYERS, POINTS, STRIDE


def layers_need_200_points() -> Found:
    """Of all lengths up to 400 the printed one alone gives 64 and 19 units with no point left over."""
    return fits_alone(POINTS, (64, 19))


def fits_alone(points: int, units: tuple[int, ...]) -> Found:
    """The lengths of a signature that fill layers of so many units to the last point."""
    fitting = [length for length in range(30, 401) if _filled(length) == units]
    listed = ", ".join(map(str, fitting)) or "none"
    return Found(
        fitting == [points],
        f"lengths that fill layers of {units[0]} and {units[1]} units in time, with fields of {LAYERS[0][2]} and {LAYERS[1][2]} "
        f"and steps of {STRIDE}, to the last point: {listed}",
    )


def _filled(length: int) -> tuple[int, ...] | None:
    units = []
    for _, _, field in LAYERS:
        length, rest = divmod(length - field, STRIDE)
        if rest or length < 0:
            return None
        length += 1
        units.append(length)
    return tuple(units)
