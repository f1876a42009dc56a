"""Own making `minilm_graph.onnx`: the six layers of MiniLM-L6 without their weights.

`python -m benchmarks.training.minilm_graph` writes it into the package. It needs `onnx`; users do
not, since `rerank` fills in the weights, as int8, when it loads the model.

Input: `embedded` (texts, tokens, 384), normalised embeddings, and `mask` (texts, 1, 1, tokens), 0
or a large negative number. Output: `encoded`, of the shape of `embedded`.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from glossator_indexer.rerank import shape

LAYERS, WIDTH, INNER, HEADS = shape.LAYERS, shape.WIDTH, shape.INNER, shape.HEADS
_OPSET = 20


class _Graph:
    """Collects nodes, and initializers whose values come later."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def add(
        self, operator: str, inputs: list[str], name: str, count: int = 1, **options: object
    ) -> str:
        """Add a node and return its first output."""
        outputs = [name] if count == 1 else [f"{name}.{at}" for at in range(count)]
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=name, **options))
        return outputs[0]

    def later(self, name: str, kind: int, *shape: int) -> str:
        """Declare an initializer that `rerank` gives a value."""
        tensor = onnx.TensorProto(
            name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL
        )
        tensor.external_data.add(key="location", value="filled in by rerank")
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, kind: int, shape: list[int], values: list[float]) -> str:
        """Add a small initializer."""
        self.initializers.append(helper.make_tensor(name, kind, shape, values))
        return name

    def dense(self, source: str, name: str, width: int, out: int) -> str:
        """Multiply by an int8 matrix, in the pattern that onnxruntime makes one operator of."""
        weight = self.later(f"{name}.weight", TensorProto.INT8, width, out)
        scale = self.later(f"{name}.scale", TensorProto.FLOAT, out)
        bias = self.later(f"{name}.bias", TensorProto.FLOAT, out)
        quantised = self.add("DynamicQuantizeLinear", [source], f"{name}.quantised", 3)
        stem = quantised.removesuffix(".0")
        product = self.add("MatMulInteger", [quantised, weight, f"{stem}.2"], f"{name}.product")
        cast = self.add("Cast", [product], f"{name}.cast", to=TensorProto.FLOAT)
        scales = self.add("Mul", [f"{stem}.1", scale], f"{name}.scales")
        scaled = self.add("Mul", [cast, scales], f"{name}.scaled")
        return self.add("Add", [scaled, bias], f"{name}.out")

    def normalised(self, left: str, right: str, name: str) -> str:
        """Add two and normalise the sum."""
        scale = self.later(f"{name}.scale", TensorProto.FLOAT, WIDTH)
        bias = self.later(f"{name}.bias", TensorProto.FLOAT, WIDTH)
        total = self.add("Add", [left, right], f"{name}.sum")
        return self.add(
            "LayerNormalization", [total, scale, bias], f"{name}.out", epsilon=shape.EPSILON
        )


def graph() -> onnx.ModelProto:
    """Return the model without weights."""
    it = _Graph()
    it.constant("heads", TensorProto.INT64, [4], [0, 0, HEADS, WIDTH // HEADS])
    it.constant("together", TensorProto.INT64, [3], [0, 0, WIDTH])
    it.constant("root", TensorProto.FLOAT, [], [(WIDTH / HEADS) ** -0.5])
    current = "embedded"
    for number in range(LAYERS):
        name = f"layer{number}"
        attended = it.dense(_attention(it, current, name), f"{name}.attended", WIDTH, WIDTH)
        current = it.normalised(attended, current, f"{name}.first")
        inner = it.dense(current, f"{name}.inner", WIDTH, INNER)
        active = it.add("Gelu", [inner], f"{name}.active")
        outer = it.dense(active, f"{name}.outer", INNER, WIDTH)
        current = it.normalised(outer, current, f"{name}.second")
    it.add("Identity", [current], "encoded")
    shape = ["texts", "tokens", WIDTH]
    made = helper.make_graph(
        it.nodes,
        "minilm",
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, shape),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", 1, 1, "tokens"]),
        ],
        [helper.make_tensor_value_info("encoded", TensorProto.FLOAT, shape)],
        it.initializers,
    )
    opset = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(made, opset_imports=opset, ir_version=9)


def _attention(it: _Graph, source: str, name: str) -> str:
    both = it.dense(source, f"{name}.qkv", WIDTH, 3 * WIDTH)
    it.add("Split", [both], f"{name}.split", 3, axis=-1, num_outputs=3)
    apart = []
    for at in range(3):
        heads = it.add("Reshape", [f"{name}.split.{at}", "heads"], f"{name}.heads{at}")
        # Keys the other way round, for the product.
        order = [0, 2, 3, 1] if at == 1 else [0, 2, 1, 3]
        apart.append(it.add("Transpose", [heads], f"{name}.turned{at}", perm=order))
    alike = it.add("MatMul", [apart[0], apart[1]], f"{name}.alike")
    scaled = it.add("Mul", [alike, "root"], f"{name}.rooted")
    masked = it.add("Add", [scaled, "mask"], f"{name}.masked")
    shares = it.add("Softmax", [masked], f"{name}.shares", axis=-1)
    mixed = it.add("MatMul", [shares, apart[2]], f"{name}.mixed")
    turned = it.add("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
    return it.add("Reshape", [turned, "together"], f"{name}.joined")


if __name__ == "__main__":
    target = Path(shape.__file__).with_name("minilm_graph.onnx")
    target.write_bytes(graph().SerializeToString())
    print(target, target.stat().st_size)
