"""The multilingual spaCy pipeline that Wirewatch trains itself: PER, ORG and LOC in news of some thirty languages.

``language`` cuts text into tokens and says what is seen of a word, ``network`` scores the tags of each token, ``biluo``
turns scores into spans, ``component`` sets them as a document's entities, ``package`` reads and writes the
trained model. How it is made is in ``training/entities``.
"""
