"""The modules that are alike in every QR of a size. Pure."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@cache
def function_modules(modules: int) -> Floats:
    """-1 and 1 for modules that are dark and light in every QR of that size (ISO/IEC 18004, 6.3), 0
    for the rest."""
    wanted = np.zeros((modules, modules), np.float32)
    timing = np.resize([-1.0, 1.0], modules - 16)
    wanted[6, 8:-8] = wanted[8:-8, 6] = timing
    finder = np.ones((8, 8), np.float32)
    finder[:7, :7], finder[1:6, 1:6], finder[2:5, 2:5] = -1, 1, -1
    wanted[:8, :8], wanted[:8, -8:], wanted[-8:, :8] = finder, finder[:, ::-1], finder[::-1]
    return wanted
