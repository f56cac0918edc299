"""Export the second reader of context for onnxruntime, four bits a weight.

    python -m training.export_context --run scratch/context --mpnet MPNET_FOLDER --out src/unspin/data

Writes ``context.onnx`` (weights in blocks of 64 with a scale each; activations quantised on the fly, row by row) and
``context_words.npz`` (the output layer, in blocks of 32). The graph takes the wordpieces of the encoder proper: the
input embeddings are put in BERT's order, with MPNet's own signs where BERT's stand. The last layer and the head read only
the pieces that somebody asks about.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from transformers import MPNetModel

from training.context_network import CLS, HIDDEN, MASK, PAD, SEP, SHIFT, ContextReader
from training.export import FUSED, Graph

HEADS = 12
_PIECES, _LONGEST = 30_522, 512
_BLOCK, _BITS, _INT8_COMPUTE = 64, 4, 4
_ROW_BLOCK = 32  # of the output layer, which is read for every guess
_SIGNS = {0: PAD, 101: CLS, 102: SEP, 103: MASK}


def embeddings(net: ContextReader) -> NDArray[np.float32]:
    """The input embeddings in the order of BERT's wordpieces, ``float32[30522, 768]``."""
    order = np.arange(_PIECES) + SHIFT
    for bert, own in _SIGNS.items():
        order[bert] = own
    return net.body.embeddings.word_embeddings.weight.detach().numpy()[order].astype(np.float32)


def distances(net: ContextReader) -> NDArray[np.float32]:
    """What each head adds to the weight of a piece so many pieces further on, from -511 to 511: ``float32[12, 1023]``."""
    encoder = net.body.encoder
    away = torch.arange(1 - _LONGEST, _LONGEST)
    return encoder.relative_attention_bias(encoder.relative_position_bucket(away)).detach().numpy().T.copy()


class ContextGraph(Graph):
    """MPNet's graph under construction."""

    def attention(self, x: str, name: str, bias: str, places: str | None) -> str:
        """Self-attention with a bias by distance, at some of the pieces alone where ``places`` are given."""
        asking = x if places is None else self.add("Gather", [x, places], f"{name}.there", axis=1)
        parts = []
        for part, of in (("q", asking), ("k", x), ("v", x)):
            product = self.linear(of, f"{name}.{part}")
            parts.append(self.add("Add", [product, self.weight(f"{name}.{part}.bias")], f"{name}.{part}.biased"))
        if places is not None:
            bias = self.add("Gather", [bias, places], f"{name}.bias.there", axis=2)
        return self.add("MultiHeadAttention", [*parts, "", "", bias], f"{name}.attended", FUSED, num_heads=HEADS)

    def mpnet_layer(self, x: str, number: int, bias: str, places: str | None = None) -> str:
        """One transformer layer."""
        name = f"body.encoder.layer.{number}"
        attended = self.attention(x, f"{name}.attention.attn", bias, places)
        if places is not None:
            x = self.add("Gather", [x, places], f"{name}.there", axis=1)
        x = self.residual(self.linear(attended, f"{name}.attention.attn.o"), x, f"{name}.attention.LayerNorm",
                          f"{name}.attention.attn.o.bias")  # fmt: skip
        grown = self.biased_gelu(self.linear(x, f"{name}.intermediate.dense"), f"{name}.intermediate.dense")
        return self.residual(self.linear(grown, f"{name}.output.dense"), x, f"{name}.output.LayerNorm",
                             f"{name}.output.dense.bias")  # fmt: skip


def build(net: ContextReader) -> onnx.ModelProto:
    """The reader as ONNX: inputs ``pieces`` int64 [1, t] and ``behind`` int64 [b]; output ``context`` [1, b, 768]."""
    graph = ContextGraph(net)
    graph.epsilon = 1e-5
    embedded = graph.add("Gather", [graph.constant("pieces.table", embeddings(net)), "pieces"], "pieces.embedded")
    length = graph.add("Shape", ["pieces"], "length", start=1, end=2)
    positions = net.body.embeddings.position_embeddings.weight.detach().numpy()[PAD + 1 : PAD + 1 + _LONGEST]
    zero = graph.constant("zero", np.array([0]))
    places = graph.add("Slice", [graph.constant("positions", positions), zero, length], "places")
    x = graph.norm(graph.add("Add", [embedded, places], "embedded"), "body.embeddings.LayerNorm", "normed")

    scalar = graph.add("Squeeze", ["length", zero], "length.scalar")
    one, none = graph.constant("one", np.array(1)), graph.constant("none", np.array(0))
    row = graph.add("Range", [none, scalar, one], "row")
    column = graph.add("Unsqueeze", [row, graph.constant("second", np.array([1]))], "column")
    away = graph.add(
        "Add", [graph.add("Sub", [row, column], "away"), graph.constant("origin", np.array(_LONGEST - 1))], "away.at"
    )
    by_distance = graph.add("Gather", [graph.constant("distances", distances(net)), away], "by.distance", axis=1)
    bias = graph.add("Unsqueeze", [by_distance, zero], "bias")
    *lower, last = range(len(net.body.encoder.layer))
    for number in lower:
        x = graph.mpnet_layer(x, number, bias)
    x = graph.mpnet_layer(x, last, bias, "behind")
    graph.norm(graph.biased_gelu(graph.linear(x, "dense"), "dense"), "norm", "context")
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "context",
            [helper.make_tensor_value_info("pieces", TensorProto.INT64, [1, "t"]),
             helper.make_tensor_value_info("behind", TensorProto.INT64, ["b"])],
            [helper.make_tensor_value_info("context", TensorProto.FLOAT, [1, "b", HIDDEN])],
            list(graph.weights.values()),
        ),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(FUSED, 1)],
        ir_version=10,
    )  # fmt: skip


def quantized(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same with four bits a weight, products and input embeddings alike."""
    config = DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_COMPUTE, bits=_BITS,
        op_types_to_quantize=("MatMul", "Gather"),
        quant_axes=(("MatMul", 0), ("Gather", 1)),
    )  # fmt: skip
    quantizer = MatMulNBitsQuantizer(model, algo_config=config, nodes_to_exclude=["places", "by.distance"])
    quantizer.process()
    return quantizer.model.model


def packed(table: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """The output layer as :class:`~unspin.model.context.OutputLayer` reads it: four bits a weight, a scale for each block."""
    blocks = table.reshape(len(table), -1, _ROW_BLOCK)
    scale = (np.abs(blocks).max(-1) / 7 + 1e-6).astype(np.float16)
    codes = np.clip(np.round(blocks / scale[:, :, None].astype(np.float32)), -8, 7).astype(np.int8) + 8
    pairs = codes.astype(np.uint8).reshape(len(table), -1, 2)
    return pairs[:, :, 0] | pairs[:, :, 1] << 4, scale


def difference(net: ContextReader, path: Path) -> float:
    """How far the exported context vectors are from the network's on random pieces: root mean square, theirs being 1."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pieces = torch.randint(1_000, 20_000, (1, 100), generator=torch.Generator().manual_seed(1))
    behind = np.arange(1, 100, 3)
    with torch.no_grad():
        expected = net.context(net.hidden(pieces))[:, behind].numpy()
    (context,) = session.run(["context"], {"pieces": pieces.numpy(), "behind": behind})
    return float(np.sqrt(((context - expected) ** 2).mean() / (expected**2).mean()))


def load_run(run: Path, mpnet: Path) -> ContextReader:
    """The network of a run's checkpoint."""
    saved = torch.load(run / "checkpoint.pt", map_location="cpu")["net"]
    body = MPNetModel.from_pretrained(mpnet, add_pooling_layer=False, attn_implementation="eager")
    net = ContextReader(body, len(saved["word_bias"]))
    net.load_state_dict({name.replace("_orig_mod.", ""): value for name, value in saved.items()})
    return net.eval()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "mpnet", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--float", action="store_true", help="write the reader unquantised, to compare")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = load_run(options.run, options.mpnet)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        model = build(net)
        onnx.save(model, plain)
        print(f"unquantised: differs by {difference(net, plain):.2g}")
        target = options.out / "context.onnx"
        onnx.save(model if options.float else quantized(model), target)
        print(f"as written: differs by {difference(net, target):.2g}")
    codes, scale = packed(net.word.weight.detach().numpy())
    bias = net.word_bias.detach().numpy()
    np.savez(options.out / "context_words.npz", codes=codes, scale=scale, bias=bias)
    for name in ("context.onnx", "context_words.npz"):
        print(f"{name}: {(options.out / name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
