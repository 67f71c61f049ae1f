"""Chance that can be asked again: the same words give the same draws, whatever was drawn before."""

import random


def chance(*words: object) -> random.Random:
    """A generator of its own for what the words name: `chance(seed, "day", date)`."""
    return random.Random("/".join(map(str, words)))


def around(dice: random.Random, median: float, spread: float) -> float:
    """A positive number with this median; `spread` is the sigma of its logarithm."""
    return median * dice.lognormvariate(0.0, spread) if spread else median
