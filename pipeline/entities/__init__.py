"""What an article names: mentions found by the knowledge base and by statistical models, linked to concepts."""

from pipeline.entities.extractor import EntityExtractor
from pipeline.entities.linker import Linker
from pipeline.entities.recognizer import NoRecognizer, Recognizer
from pipeline.entities.spacy_recognizer import SpacyRecognizer

__all__ = ["EntityExtractor", "Linker", "NoRecognizer", "Recognizer", "SpacyRecognizer"]
