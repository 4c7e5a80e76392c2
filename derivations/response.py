"""How much of one generation's noise is in a vector of a linear recursion."""

from __future__ import annotations

from .process import Process
from .quantity import Functional, Tag, Vec

__all__ = ["Response"]


class Response(Functional):
    """The coefficient of the noise of one generation in a vector; args: (vector, tag, index).

    The vector is a combination of the truth, models, batches and noises of one process whose
    generations draw one batch each; `index` is the paper's index of the generation.
    """

    def __new__(cls, vector: Vec, process: object, index: object) -> Response:
        tag = Tag(process) if isinstance(process, Process) else process
        return super().__new__(cls, vector, tag, index)

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, k = printer._print(self.args[0]), printer._print(self.args[2])
        text = rf"\left[\varepsilon_{{{k}}}\right]\left({v}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"
