"""Make the transliteration models that ship: ``python -m training.transliteration NAMES``."""
