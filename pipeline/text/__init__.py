"""Text as matching sees it: scripts, tokens with offsets, folding, and the trie of token ids."""
