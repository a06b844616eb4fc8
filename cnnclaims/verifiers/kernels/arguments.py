"""What builders of operators ask of their whole-number arguments, in one wording."""


def require(least: int, **arguments: int) -> None:
    """ValueError where one of them is less than `least`."""
    for name, value in arguments.items():
        if value < least:
            raise ValueError(f"{name} is {value}; use a whole number of at least {least}")


def require_odd(**arguments: int) -> None:
    """ValueError where one of them has no middle."""
    for name, value in arguments.items():
        if value % 2 == 0:
            raise ValueError(
                f"{name} is {value}, which has no middle; use an odd number, such as {value + 1}"
            )


def require_divides(name: str, divisor: int, **wholes: int) -> None:
    """ValueError where the argument `name` does not divide all of the others."""
    if any(value % divisor for value in wholes.values()):
        said = " and ".join(f"{whole} {value}" for whole, value in wholes.items())
        raise ValueError(f"{name} is {divisor}, which does not divide {said}; use a divisor, such as 1")


def require_share(**arguments: float) -> None:
    """ValueError where one of them is no probability or share."""
    for name, value in arguments.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; use a number from 0 to 1")
