"""A causal language model of the user's own (a GGUF file or a Hugging Face folder), in place of the shipped one.

It is larger, as a rule, and slow. How the two read is told in :mod:`unspin.model.trees`.

The extra ``unspin[deep]`` (torch, transformers, accelerate, gguf) is imported when a model is loaded, not before.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData, MissingExtra, MissingInput
from unspin.model.trees import Batch, CausalModel, Forest, Growth

__all__ = ["TorchModel", "load"]

_ROWS: Final = 64
"""Rows of logits turned to float32 at once."""
_TOLERANCE: Final = 1.0
"""Nats by which branches may differ from plain reading in the test at loading; bfloat16 makes 0.2 with SmolLM2-135M."""


class TorchModel(CausalModel):
    """A causal language model of ``transformers``. Made by :func:`load`.

    It computes in bfloat16, without sampling: the same document gives the same figures on the same machine with the
    same number of threads. Another machine may differ in the last digits, and so, rarely, in a word.
    """

    def __init__(self, network: Any, tokenizer: Any) -> None:
        """Take a ``transformers`` causal model and its fast tokenizer."""
        super().__init__()
        self._torch = importlib.import_module("torch")
        self._cache = importlib.import_module("transformers").DynamicCache
        self._network = network.eval()
        takes = inspect.signature(network.forward).parameters
        # Newer versions of the library take the cache by another name, and in time will by no other.
        self._cached_as = "cache" if "cache" in takes else "past_key_values"
        self._tokenizer = tokenizer
        known = (tokenizer.bos_token_id, tokenizer.eos_token_id)
        self._begin: int = next((token for token in known if token is not None), 0)

    def _tokens(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return encoded["input_ids"], [end for _, end in encoded["offset_mapping"]]

    def _nothing(self) -> Any:
        return self._cache()

    def _said(self, cache: Any, batch: Batch) -> tuple[NDArray[np.float64], Any]:
        torch = self._torch
        visible = torch.from_numpy(batch.visible)
        mask = torch.zeros(visible.shape, dtype=self._network.dtype)
        mask.masked_fill_(~visible, torch.finfo(self._network.dtype).min)
        said = np.empty(len(batch.parent), np.float64)
        with torch.inference_mode():
            logits = self._network(
                input_ids=torch.from_numpy(batch.token)[None],
                position_ids=torch.from_numpy(batch.depth)[None],
                attention_mask=mask[None, None],
                use_cache=True,
                **{self._cached_as: cache},
            ).logits[0]
            cache.crop(batch.kept - len(batch.token))
            for at in range(0, len(batch.parent), _ROWS):
                some = slice(at, at + _ROWS)
                rows = logits[torch.from_numpy(batch.parent[some])].float()
                child = torch.from_numpy(batch.token[batch.child[some]])[:, None]
                said[some] = (rows.gather(1, child)[:, 0] - torch.logsumexp(rows, 1)).double().numpy()
        return said, cache

    def _reads_trees(self) -> bool:
        """Whether branches score as in plain reading: some architectures ignore the mask or the positions."""
        begin = [self._begin, *self._encode("", "The boat left the harbour")]
        branches = [self._encode("harbour", text) for text in (" before dawn in the fog.", " of and the with no crew.")]
        planted = self._grow(Forest(self._nothing()), [Growth(0, 0, begin, branches)])[0]
        for branch, score in zip(branches, planted, strict=True):
            line = begin + branch
            with self._torch.inference_mode():
                logits = self._network(input_ids=self._torch.tensor([line])).logits[0].float()
            logs = self._torch.log_softmax(logits, 1)
            plain = sum(float(logs[at - 1, line[at]]) for at in range(len(begin), len(line)))
            if not abs(plain - score) < _TOLERANCE:
                return False
        return True


def load(path: Path | str) -> TorchModel:
    """Load a causal language model of the user's own. Nothing is downloaded and no code of the folder is run.

    Args:
        path: a GGUF file, or a folder as Hugging Face's ``save_pretrained`` writes it, tokenizer included.

    Raises:
        MissingExtra: the extra ``unspin[deep]`` is not installed.
        MissingInput: there is nothing at ``path``.
        DamagedData: it is no causal language model that ``transformers`` can load with a fast tokenizer, or one whose
            architecture cannot be read as a tree (state-space and ALiBi models).
    """
    path = Path(path)
    if not path.exists():
        raise MissingInput(f"{path}: there is no such model; give a GGUF file or a Hugging Face folder")
    single = path.is_file()
    for name in ("torch", "transformers", *(("gguf", "accelerate") if single else ())):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise MissingExtra("deep", "a language model of your own") from error
    model = _load(path.parent if single else path, {"gguf_file": path.name} if single else {}, path)
    reason = "its figures differ from those of plain reading"
    try:
        if model._reads_trees():
            return model
    except Exception as error:  # whatever an architecture does with a mask that it does not expect
        reason = _first_line(error)
    raise DamagedData(f"{path}: it cannot weigh several continuations ({reason}); use a model like Llama or GPT-2")


def _load(folder: Path, which: dict[str, str], path: Path) -> TorchModel:
    torch = importlib.import_module("torch")
    transformers = importlib.import_module("transformers")
    where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, **which}
    weights: dict[str, Any] = {"dtype": torch.bfloat16}
    # Newer versions would compute on packed weights with kernels that they fetch from the network; older ones unpack.
    if which and hasattr(transformers, "GgufConfig"):
        weights["quantization_config"] = transformers.GgufConfig(dequantize=True)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # progress bars that no option of the library turns off
            network = transformers.AutoModelForCausalLM.from_pretrained(str(folder), **weights, **where)
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **where)
    # The library raises whatever its parsers raise (KeyError, struct.error, safetensors' own); the user needs one line.
    except Exception as error:
        raise DamagedData(f"{path}: not a causal language model that can be loaded ({_first_line(error)})") from error
    if not getattr(tokenizer, "is_fast", False):
        raise DamagedData(f"{path}: its tokenizer gives no offsets; a folder with a tokenizer.json is needed")
    return TorchModel(network, tokenizer)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
