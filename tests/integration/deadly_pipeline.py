"""A spaCy pipeline that ends its process on one text by kill -9, as broken native code would.
On another text it raises, as a defect in Python would. It is installed as any third-party pipeline is, and named in a
setting.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

DEADLY_TEXT = "perniciosissimum"
FAILING_TEXT = "vitiosissimum"
_FACTORY = "deadly"


def make_deadly(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """The component: finds no entity, does not survive ``DEADLY_TEXT``, and fails on ``FAILING_TEXT``."""

    def read(doc: Doc) -> Doc:
        if DEADLY_TEXT in doc.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if FAILING_TEXT in doc.text:
            raise ValueError("a text that this component cannot read")
        return doc

    return read


Language.factory(_FACTORY, assigns=["doc.ents"], func=make_deadly)


def install(directory: Path) -> tuple[Path, Path]:
    """Write the pipeline to disk, and its component as a distribution with an entry point, as spaCy finds them.

    Returns:
        The pipeline's folder for the settings, and the folder that belongs on the PYTHONPATH of who loads it.
    """
    nlp = spacy.blank("xx")
    nlp.add_pipe(_FACTORY)
    nlp.to_disk(directory / "pipeline")

    site = directory / "site"
    metadata = site / "deadly_pipeline-1.0.dist-info"
    metadata.mkdir(parents=True)
    shutil.copy(__file__, site / "deadly_pipeline.py")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly-pipeline\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[spacy_factories]\n{_FACTORY} = deadly_pipeline:make_deadly\n")
    return directory / "pipeline", site
