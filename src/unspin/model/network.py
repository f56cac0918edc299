"""A network as an ONNX graph: loaded when it is first run, and once for all threads that share it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

import onnxruntime
from numpy.typing import NDArray

__all__ = ["Network"]


class Network:
    """A graph, and what of its weights lies outside its file.

    Args:
        file: the graph.
        outside: names and values of the weights that the file does not hold; asked when it is loaded.
    """

    def __init__(self, file: Path, outside: Callable[[], Iterable[tuple[str, NDArray[Any]]]] = tuple) -> None:
        self._file = file
        self._outside = outside
        self._loading = Lock()
        self._session: onnxruntime.InferenceSession | None = None

    @property
    def session(self) -> onnxruntime.InferenceSession:
        """The graph, ready to be run on one core, or on as many as ``UNSPIN_THREADS`` says."""
        with self._loading:
            if self._session is None:
                self._session = self._loaded()
        return self._session

    def _loaded(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("UNSPIN_THREADS", "1"))
        options.inter_op_num_threads = 1
        # The session reads them where they lie, as long as it lives.
        self._weights = {name: onnxruntime.OrtValue.ortvalue_from_numpy(value) for name, value in self._outside()}
        if self._weights:
            options.add_external_initializers(list(self._weights), list(self._weights.values()))
        return onnxruntime.InferenceSession(str(self._file), options, providers=["CPUExecutionProvider"])
