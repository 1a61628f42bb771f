"""The ONNX graph of a BERT-like encoder, built by hand: token ids in, unit vectors out.

There is no attention mask: a text stands alone or beside texts of the same number of tokens, so nothing is padded.
Every product is either exact (float32) or in integers (`integers`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from index.bert import Array, Bert, Linear, Norm
from index.integers import FIXED_ZERO, ROW_FLOOR, ROW_REACH, ROW_ZERO, columns, fixed

#: Where products take their input: before attention, after it, before the feed-forward part, and inside of it.
Place = Literal["attend", "mix", "up", "down"]
Site = tuple[int, Place]  #: layer and place
#: The largest absolute value of each channel there; `down` needs none.
Reach = Mapping[Site, Array]

_OPSET = 23  #: the first with attention as one operation
_IR = 10
_MICROSOFT = "com.microsoft"  #: onnxruntime's own operations: products of integers, GELU


class Products(Protocol):
    """How the graph multiplies."""

    def multiply(self, graph: Graph, site: Site, x: str, linears: Sequence[Linear]) -> list[str]:
        """Names of `x` @ weight + bias, one for each of `linears`."""
        ...


class Graph:
    """Operations and constants in the order they are asked for."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.outputs: list[str] = []

    def constant(self, value: Any, kind: Any = np.float32, name: str | None = None) -> str:
        """The name of a constant; one with a name of its own is kept once."""
        from onnx import numpy_helper

        name = name or f"constant{len(self.constants)}"
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.asarray(value, dtype=kind), name)
        return name

    def add(self, operation: str, *inputs: str, domain: str = "", output: str | None = None, **attributes: Any) -> str:
        """The name of the operation's output."""
        from onnx import helper

        output = output or f"{operation}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [output], output, domain=domain, **attributes))
        return output


class Exact:
    """Products in float32. With `watch`, the inputs of all products are outputs of the graph too."""

    def __init__(self, *, watch: bool = False) -> None:
        self._watch = watch

    def multiply(self, graph: Graph, site: Site, x: str, linears: Sequence[Linear]) -> list[str]:
        if self._watch:
            graph.outputs.append(graph.add("Identity", x, output=site_name(site)))
        return [self._one(graph, x, linear) for linear in linears]

    @staticmethod
    def _one(graph: Graph, x: str, linear: Linear) -> str:
        product = graph.add("MatMul", x, graph.constant(linear.weight))
        return product if linear.bias is None else graph.add("Add", product, graph.constant(linear.bias))


class Integers:
    """Products of bytes; see `integers` for the scales."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def multiply(self, graph: Graph, site: Site, x: str, linears: Sequence[Linear]) -> list[str]:
        return self._by_token(graph, x, linears) if site[1] == "down" else self._fixed(graph, site, x, linears)

    def _fixed(self, graph: Graph, site: Site, x: str, linears: Sequence[Linear]) -> list[str]:
        by = fixed(self._reach[site], [linear.weight for linear in linears])
        scale, zero = graph.constant(by.scale), graph.constant(FIXED_ZERO, np.uint8, "fixed_zero")
        shared = graph.add("Mul", x, graph.constant(1 / by.shares))
        bytes_ = graph.add("QuantizeLinear", shared, scale, zero)
        return [
            _product(graph, bytes_, scale, zero, Linear(linear.weight * by.shares[:, None], linear.bias))
            for linear in linears
        ]

    @staticmethod
    def _by_token(graph: Graph, x: str, linears: Sequence[Linear]) -> list[str]:
        scale, zero = graph.constant(1 / ROW_REACH, name="row_scale"), graph.constant(ROW_ZERO, np.uint8, "row_zero")
        largest = graph.add("ReduceMax", x, graph.constant([-1], np.int64, "last"), keepdims=1)
        largest = graph.add("Max", largest, graph.constant(ROW_FLOOR, name="row_floor"))
        bytes_ = graph.add("QuantizeLinear", graph.add("Div", x, largest), scale, zero)
        found = []
        for linear in linears:
            product = graph.add("Mul", _product(graph, bytes_, scale, zero, Linear(linear.weight, None)), largest)
            found.append(product if linear.bias is None else graph.add("Add", product, graph.constant(linear.bias)))
        return found


def site_name(site: Site) -> str:
    """The name of a watched input among the graph's outputs."""
    return f"{site[1]}.{site[0]}"


def build_graph(bert: Bert, pooling: str, products: Products) -> Any:
    """The ONNX model: `input_ids` (int64, texts × tokens) in, `vector` (texts × width) out. `pooling`: mean or cls."""
    from onnx import TensorProto, helper

    graph = Graph()
    x = _embedded(graph, bert)
    for place, layer in enumerate(bert.layers):
        query, key, value = products.multiply(graph, (place, "attend"), x, (layer.query, layer.key, layer.value))
        mixed = graph.add("Attention", query, key, value, q_num_heads=bert.heads, kv_num_heads=bert.heads)
        (seen,) = products.multiply(graph, (place, "mix"), mixed, (layer.output,))
        x = _normalised(graph, graph.add("Add", seen, x), layer.after_attention, bert.epsilon)
        (wide,) = products.multiply(graph, (place, "up"), x, (layer.up,))
        (narrow,) = products.multiply(graph, (place, "down"), graph.add("Gelu", wide, domain=_MICROSOFT), (layer.down,))
        x = _normalised(graph, graph.add("Add", narrow, x), layer.after_feed_forward, bert.epsilon)
    if pooling == "cls":
        pooled = graph.add("Gather", x, graph.constant(0, np.int64, "first"), axis=1)
    else:
        pooled = graph.add("ReduceMean", x, graph.constant([1], np.int64, "one"), keepdims=0)
    graph.add("LpNormalization", pooled, output="vector", axis=1, p=2)
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["texts", bert.words.shape[1]])]
    outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in graph.outputs]
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])
    made = helper.make_graph(graph.nodes, "encoder", [ids], outputs, list(graph.constants.values()))
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=_IR)


def save_graph(model: Any, path: Path, weights: str) -> None:
    """Write the graph, its weights into the file `weights` beside it, which is mapped and shared when it is opened."""
    import onnx

    onnx.save_model(model, str(path), save_as_external_data=True, location=weights, size_threshold=1024)
    (path.parent / weights).chmod(0o644)  # made for one user only, but read by every worker


def _embedded(graph: Graph, bert: Bert) -> str:
    shape = graph.add("Shape", "input_ids")
    tokens = graph.add("Slice", shape, graph.constant([1], np.int64, "one"), graph.constant([2], np.int64, "two"))
    nought = graph.constant([0], np.int64, "nought")
    positions = graph.add("Slice", graph.constant(bert.positions, name="positions"), nought, tokens, nought)
    words = graph.add("Gather", graph.constant(bert.words, name="words"), "input_ids")
    return _normalised(graph, graph.add("Add", words, positions), bert.norm, bert.epsilon)


def _normalised(graph: Graph, x: str, norm: Norm, epsilon: float) -> str:
    gain, shift = graph.constant(norm.gain), graph.constant(norm.shift)
    return graph.add("LayerNormalization", x, gain, shift, axis=-1, epsilon=epsilon)


def _product(graph: Graph, bytes_: str, scale: str, zero: str, linear: Linear) -> str:
    by = columns(linear.weight)
    outputs = linear.weight.shape[1]
    # One nought a column, as the scales are: a single one beside many scales is not taken everywhere.
    level = graph.constant(np.zeros(outputs), np.int8, f"level{outputs}")
    inputs = [bytes_, graph.constant(by.integers, np.int8), scale, graph.constant(by.scales), zero, level]
    if linear.bias is not None:
        inputs.append(graph.constant(linear.bias))
    return graph.add("MatMulIntegerToFloat", *inputs, domain=_MICROSOFT)
