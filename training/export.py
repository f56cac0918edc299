"""Export a trained encoder for onnxruntime, eight bits a weight.

    python -m training.export --run scratch/run --encoder MINILM_FOLDER --out src/unspin/data

Writes ``encoder.onnx`` (weights int8, one scale a column; activations quantised on the fly), ``words.npz`` (the output
layer, int8, one scale a row) and ``tokenizer.json``. ``--float`` writes the encoder unquantised, to compare.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.network import Encoder


def load_run(run: Path) -> Encoder:
    """The network of a run's checkpoint."""
    saved = torch.load(run / "checkpoint.pt", map_location="cpu")["net"]
    net = Encoder(words=len(saved["word_bias"]))
    net.load_state_dict({name.replace("_orig_mod.", ""): value for name, value in saved.items()})
    return net.eval()


def export(net: Encoder, target: Path, quantise: bool) -> None:
    """Write ``net`` as ONNX with input ``pieces`` [1, t] and outputs ``swap``, ``belief``, ``context``."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            net, (torch.randint(1, 1000, (1, 64)),), str(plain), input_names=["pieces"],
            output_names=["swap", "belief", "context"], dynamic_shapes={"pieces": {1: torch.export.Dim("t", min=2, max=512)}},
            opset_version=18, dynamo=True, external_data=False,
        )  # fmt: skip
        if not quantise:
            shutil.copy(plain, target)
            return
        quantize_dynamic(
            plain, target, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather", "Gemm"]
        )
    onnx.checker.check_model(str(target))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "encoder", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--float", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = load_run(options.run)
    export(net, options.out / "encoder.onnx", not options.float)
    table = net.word.weight.detach().numpy()
    scale = np.abs(table).max(1) / 127 + 1e-12
    codes = np.round(table / scale[:, None]).astype(np.int8)
    np.savez_compressed(options.out / "words.npz", codes=codes, scale=scale.astype(np.float32), bias=net.word_bias.detach().numpy())
    shutil.copy(options.encoder / "tokenizer.json", options.out / "tokenizer.json")
    for name in ("encoder.onnx", "words.npz", "tokenizer.json"):
        print(f"{name}: {(options.out / name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
