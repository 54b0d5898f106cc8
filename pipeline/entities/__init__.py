"""What an article names: mentions found by the knowledge base and by statistical models, linked to concepts.

``spacy_recognizer`` is imported where it is used: spaCy takes over a second to load.
"""

from pipeline.entities.extractor import EntityExtractor
from pipeline.entities.linking.linker import Linker
from pipeline.entities.recognition.recognizer import NoRecognizer, Recognizer

__all__ = ["EntityExtractor", "Linker", "NoRecognizer", "Recognizer"]
