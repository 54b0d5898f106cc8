"""Read feeds and sitemaps: RSS, Atom, RDF, CDF, JSON Feed, sitemaps, and lists in HTML pages."""

from pipeline.sources.feeds.feed import Feed, FeedEntry, FeedError, FeedKind
from pipeline.sources.feeds.reading import read_feed

__all__ = ["Feed", "FeedEntry", "FeedError", "FeedKind", "read_feed"]
