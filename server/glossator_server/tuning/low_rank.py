"""Own a projection that learns by a low-rank addition to its frozen weights, cheaply on a CPU.

It must not know what is learned; peft reads what it leaves (`tests/server/tuning`).

peft multiplies by the two small matrices beside the big one. On a CPU these thin products cost as
much as the big one, since they wait for memory. Here the addition is folded into a copy of the
weights once a step, so that forward and backward are one product each, and only what the two
small matrices learn is made of thin ones. The mathematics is that of Hu et al., "LoRA" (2021).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch


class _Product(torch.autograd.Function):
    """`x @ effective.T`, with gradients for x and for the two matrices that it was made of."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, effective: torch.Tensor, a: torch.Tensor, b: torch.Tensor, scale: float
    ) -> torch.Tensor:
        ctx.save_for_backward(x, effective, a, b)
        ctx.scale = scale
        return torch.nn.functional.linear(x, effective)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, effective, a, b = ctx.saved_tensors
        flat, seen = gradient.flatten(0, -2), x.flatten(0, -2)
        into_x = (gradient @ effective) if ctx.needs_input_grad[0] else None
        inner = flat @ b.to(flat.dtype)
        outer = seen @ a.to(seen.dtype).T
        into_a = (inner.T @ seen).to(a.dtype) * ctx.scale
        into_b = (flat.T @ outer).to(b.dtype) * ctx.scale
        return into_x, None, into_a, into_b, None


class LowRankLinear(torch.nn.Module):
    """A frozen projection W with a learned B·A: rows of `lora_a` are of the rank, in float32.

    `refresh` must be called whenever A or B have changed.
    """

    def __init__(self, frozen: Any, rank: int, alpha: float, kind: torch.dtype) -> None:
        super().__init__()
        weight = frozen.weight.detach()
        self.register_buffer("weight", weight, persistent=False)
        self.register_buffer("effective", weight.to(kind, copy=True), persistent=False)
        self.bias = frozen.bias
        place = {"device": weight.device, "dtype": torch.float32}
        self.lora_a = torch.nn.Parameter(torch.empty((rank, weight.shape[1]), **place))
        self.lora_b = torch.nn.Parameter(torch.zeros((weight.shape[0], rank), **place))
        # As peft begins: nothing is added until something was learned.
        torch.nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))
        self.scale = alpha / rank

    def refresh(self) -> None:
        """Fold what was learned into the copy of the weights."""
        with torch.no_grad():
            whole = torch.addmm(self.weight, self.lora_b, self.lora_a, alpha=self.scale)
            self.effective.copy_(whole)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `x @ (W + scale·B·A).T + bias`."""
        y = _Product.apply(x, self.effective, self.lora_a, self.lora_b, self.scale)
        return y if self.bias is None else y + self.bias


def teach(model: Any, names: tuple[str, ...], layers: int, rank: int, alpha: float, kind: torch.dtype) -> int:
    """Put such projections in the place of those named, in the uppermost layers; return how many.

    The layers below are only read by: their gradients are wanted by nobody and cost nothing.
    """
    blocks = model.get_decoder().layers
    count = 0
    for block in blocks[len(blocks) - layers :]:
        for path, module in list(block.named_modules()):
            parent, _, name = path.rpartition(".")
            if name in names and isinstance(module, torch.nn.Linear):
                taught = LowRankLinear(module, rank, alpha, kind)
                setattr(block.get_submodule(parent), name, taught)
                count += 1
    return count


def taught_in(model: Any) -> Iterator[tuple[str, LowRankLinear]]:
    """Yield each such projection with its name in the model."""
    for name, module in model.named_modules():
        if isinstance(module, LowRankLinear):
            yield name, module
