"""Export a trained encoder for onnxruntime, eight bits a weight.

    python -m training.export --run scratch/run --encoder MINILM_FOLDER --out src/unspin/data

Writes ``encoder.onnx`` (weights int8, one scale a column; activations quantised on the fly), ``words.npz`` (the output
layer, int8, one scale a row) and ``vocab.txt`` (the wordpieces, one a line, in the order of their ids). The graph is
written out by hand with onnxruntime's fused operators (Attention, BiasGelu); before it is quantised, its figures are
checked against the network's. The last layer and the heads read only the pieces that somebody asks about.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from training.network import HEADS, HIDDEN, Encoder

FUSED = "com.microsoft"
"""The domain of onnxruntime's own operators."""


class Graph:
    """A network's graph under construction: nodes in order, weights by name."""

    epsilon = 1e-12
    """What layer normalisation adds to the variance."""

    def __init__(self, net: nn.Module) -> None:
        self._state = {name: value.detach().float().numpy() for name, value in net.state_dict().items()}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str, transpose: bool = False) -> str:
        """A parameter of the network as an initializer; linear layers are transposed for MatMul."""
        value = self._state[name].T if transpose else self._state[name]
        return self.constant(name, np.ascontiguousarray(value))

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        """Any array or number as an initializer."""
        self.weights[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """A node; returns the name of its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def norm(self, x: str, name: str, output: str) -> str:
        """Layer normalisation by the parameters ``name``."""
        inputs = [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.add("LayerNormalization", inputs, output, axis=-1, epsilon=self.epsilon)

    def linear(self, x: str, name: str) -> str:
        """A linear layer without its bias, which the fused operators take."""
        return self.add("MatMul", [x, self.weight(f"{name}.weight", transpose=True)], f"{name}.out")

    def biased_gelu(self, x: str, name: str) -> str:
        """GELU of a linear layer's result and its bias."""
        return self.add("BiasGelu", [x, self.weight(f"{name}.bias")], f"{name}.gelu", FUSED)

    def layer(self, x: str, number: int, places: str | None = None) -> str:
        """One transformer layer; its result at some of the pieces alone, where ``places`` are given."""
        name = f"layers.{number}"
        inputs = [x, self.weight(f"{name}.qkv.weight", transpose=True), self.weight(f"{name}.qkv.bias")]
        attended = self.add("Attention", inputs, f"{name}.attended", FUSED, num_heads=HEADS)
        if places is not None:
            attended = self.add("Gather", [attended, places], f"{name}.attended.there", axis=1)
            x = self.add("Gather", [x, places], f"{name}.there", axis=1)
        x = self.residual(self.linear(attended, f"{name}.out"), x, f"{name}.norm1", f"{name}.out.bias")
        grown = self.biased_gelu(self.linear(x, f"{name}.up"), f"{name}.up")
        return self.residual(self.linear(grown, f"{name}.down"), x, f"{name}.norm2", f"{name}.down.bias")

    def head(self, x: str, name: str) -> str:
        """The transform before the output layer."""
        return self.norm(self.biased_gelu(self.linear(x, f"{name}.dense"), f"{name}.dense"), f"{name}.norm", name)

    def residual(self, x: str, before: str, norm: str, bias: str) -> str:
        """Layer normalisation of a linear layer's result, its bias, and what went in before."""
        # Sum and not Add: onnxruntime would fuse two Adds and the norm to SkipLayerNormalization, whose kernel uses no
        # vector instructions; with it the whole encoder takes 1.23 times as long (onnxruntime 1.23, AVX-512).
        biased = self.add("Add", [x, self.weight(bias)], f"{norm}.biased")
        return self.norm(self.add("Sum", [biased, before], f"{norm}.sum"), norm, f"{norm}.result")

    def split(self, x: str, sizes: list[str], outputs: list[str]) -> None:
        """Cut ``x`` into one part for each of ``sizes``, index lists, along the pieces."""
        lengths = [self.add("Shape", [name], f"{name}.length") for name in sizes]
        total = self.add("Concat", lengths, f"{x}.lengths", axis=0)
        self.nodes.append(helper.make_node("Split", [x, total], outputs, name=f"{x}.split", axis=1))


def build(net: Encoder) -> onnx.ModelProto:
    """The encoder as ONNX.

    Inputs: ``pieces`` int64 [1, t]; ``seen`` int64 [s] and ``behind`` int64 [b], the pieces whose words are asked about in
    sight and hidden. Outputs: ``swap`` [1, s] and ``belief`` [1, s, 384] of those seen, ``context`` [1, b, 384] of the others.
    """
    graph = Graph(net)
    embedded = graph.add("Gather", [graph.weight("piece.weight"), "pieces"], "pieces.embedded")
    length = graph.add("Shape", ["pieces"], "length", start=1, end=2)
    places = graph.add(
        "Slice", [graph.weight("position.weight"), graph.constant("zero", np.array([0])), length], "places"
    )
    x = graph.norm(graph.add("Add", [embedded, places], "embedded"), "norm", "normed")
    *lower, last = range(len(net.layers))
    for number in lower:
        x = graph.layer(x, number)
    x = graph.layer(x, last, graph.add("Concat", ["seen", "behind"], "asked", axis=0))
    graph.split(x, ["seen", "behind"], ["last.seen", "last.behind"])
    grown = graph.biased_gelu(graph.linear("last.seen", "swap.0"), "swap.0")
    odds = graph.add("Add", [graph.linear(grown, "swap.2"), graph.weight("swap.2.bias")], "swap.odds")
    graph.add("Squeeze", [odds, graph.constant("last", np.array([-1]))], "swap")
    graph.head("last.seen", "belief")
    graph.head("last.behind", "context")
    inputs: dict[str, list[str | int]] = {"pieces": [1, "t"], "seen": ["s"], "behind": ["b"]}
    outputs: dict[str, list[str | int]] = {"swap": [1, "s"], "belief": [1, "s", HIDDEN], "context": [1, "b", HIDDEN]}
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(graph.weights.values()),
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)],
        ir_version=10,
    )


def check(net: Encoder, path: Path, tolerance: float) -> float:
    """The largest difference of the exported swap log-odds, and of the context vectors, from the network's on random pieces.

    Raises:
        AssertionError: it is above ``tolerance``.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pieces = torch.randint(1_000, 20_000, (1, 100), generator=torch.Generator().manual_seed(1))
    seen, behind = np.arange(0, 100, 2), np.arange(1, 100, 3)
    with torch.no_grad():
        expected = net(pieces)
    given = {"pieces": pieces.numpy(), "seen": seen, "behind": behind}
    swap, context = session.run(["swap", "context"], given)
    difference = max(
        float(np.abs(swap - expected.swap.numpy()[:, seen]).max()),
        float(np.abs(context - expected.context.numpy()[:, behind]).max()),
    )
    assert difference <= tolerance, f"{path.name}: differs by {difference}"
    return difference


def load_run(run: Path) -> Encoder:
    """The network of a run's checkpoint."""
    saved = torch.load(run / "checkpoint.pt", map_location="cpu")["net"]
    layers = sum(name.endswith(".qkv.weight") for name in saved)
    net = Encoder(words=len(saved["word_bias"]), layers=layers)
    net.load_state_dict({name.replace("_orig_mod.", ""): value for name, value in saved.items()})
    return net.eval()


def vocabulary(tokenizer: Path) -> list[str]:
    """The wordpieces of a ``tokenizer.json``, in the order of their ids."""
    ids: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    assert sorted(ids.values()) == list(range(len(ids))), f"{tokenizer}: ids with gaps"
    return sorted(ids, key=ids.__getitem__)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "encoder", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--float", action="store_true", help="write the encoder unquantised, to compare")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = load_run(options.run)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(build(net), plain)
        print(f"unquantised: differs by {check(net, plain, 1e-2):.2g} at most")
        if options.float:
            shutil.copy(plain, options.out / "encoder.onnx")
        else:
            quantize_dynamic(
                plain, options.out / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True,
                op_types_to_quantize=["MatMul", "Gather", "Attention"],
                extra_options={"DefaultTensorType": TensorProto.FLOAT},
            )  # fmt: skip
            print(f"int8: differs by {check(net, options.out / 'encoder.onnx', 5.0):.2g} at most")
    table = net.word.weight.detach().numpy()
    scale = np.abs(table).max(1) / 127 + 1e-12
    codes = np.round(table / scale[:, None]).astype(np.int8)
    bias = net.word_bias.detach().numpy()
    np.savez_compressed(options.out / "words.npz", codes=codes, scale=scale.astype(np.float32), bias=bias)
    pieces = vocabulary(options.encoder / "tokenizer.json")
    (options.out / "vocab.txt").write_bytes("".join(f"{piece}\n" for piece in pieces).encode())
    for name in ("encoder.onnx", "words.npz", "vocab.txt"):
        print(f"{name}: {(options.out / name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
