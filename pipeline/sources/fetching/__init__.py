"""Fetch what a stranger's address names: only from addresses that are allowed, and never more than is asked for."""

from pipeline.sources.fetching.addresses import AddressPolicy
from pipeline.sources.fetching.request import Fetched, Fetcher, FetchError, FetchFailure, FetchLimits, FetchRequest
from pipeline.sources.fetching.web_fetcher import WebFetcher

__all__ = [
    "AddressPolicy",
    "FetchError",
    "FetchFailure",
    "FetchLimits",
    "FetchRequest",
    "Fetched",
    "Fetcher",
    "WebFetcher",
]
