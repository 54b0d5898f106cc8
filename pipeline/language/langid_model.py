"""langid's model: unpacked once into a folder of arrays, which every process then maps and shares."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_FILE
from py3langid.langid import LanguageIdentifier as LangidModel

log = logging.getLogger(__name__)

# What the model is made of, by the names of its constructor.
_ARRAYS = ("nb_ptc", "nb_pc", "nb_classes", "tk_nextmove", "tk_output", "tk_row")


@cache
def load_langid(cache_dir: Path | None = None) -> LangidModel:
    """Load langid's model, whose confidence is a probability; one for all who ask in this process.

    Args:
        cache_dir: For the unpacked model (66 MB), which is written there if it is missing. Mapped from there it takes
            20 ms, and of memory what is read of it, shared by all processes. Where it cannot be written, or without a
            folder, it is unpacked into memory: 0.6 s, 75 MB.
    """
    if cache_dir is None:
        return _unpacked()
    folder = cache_dir / f"langid-{version('py3langid')}"
    try:
        if not folder.is_dir():
            _unpack_into(folder)
        return _mapped(folder)
    except (OSError, ValueError) as error:
        log.warning(
            "langid's model is in memory (75 MB), as it cannot be kept in %s, which may be deleted: %s", folder, error
        )
        return _unpacked()


def _unpacked() -> LangidModel:
    return LangidModel.from_model_file(MODEL_FILE, norm_probs=True)


def _unpack_into(folder: Path) -> None:
    """Write the arrays aside and move them there: another process sees no folder or a whole one."""
    model = _unpacked()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unpacking-", dir=folder.parent) as partial:
        arrays = Path(partial) / folder.name
        arrays.mkdir()
        for name in _ARRAYS:
            np.save(_file(arrays, name), np.asarray(getattr(model, name)), allow_pickle=False)
        # Another process may have been quicker; what it moved there is the same.
        with contextlib.suppress(OSError):
            arrays.rename(folder)


def _mapped(folder: Path) -> LangidModel:
    arrays = {name: np.load(_file(folder, name), mmap_mode="r", allow_pickle=False) for name in _ARRAYS}
    return LangidModel(
        np.asarray(arrays["nb_ptc"]),
        np.asarray(arrays["nb_pc"]),
        arrays["nb_classes"].tolist(),
        # It is read one number at a time, which a view does as fast as a list, and an array of numpy's does not.
        memoryview(arrays["tk_nextmove"]),
        memoryview(arrays["tk_output"]),
        norm_probs=True,
        tk_row=memoryview(arrays["tk_row"]),
    )


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"
