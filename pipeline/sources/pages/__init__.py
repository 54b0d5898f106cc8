"""Read the page behind a feed's item: its text, title, times, authors, and whether it is an article at all.

Whoever asks an ``ExtractionProcess`` does not load the readers of pages; ``extraction`` does.
"""

from pipeline.sources.pages.extraction_process import ExtractionProcess
from pipeline.sources.pages.page import Page, PageError, PageKind

__all__ = ["ExtractionProcess", "Page", "PageError", "PageKind"]
