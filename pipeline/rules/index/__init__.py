"""All live rules at once: filed by what they require, evaluated on an article, with the proof."""
