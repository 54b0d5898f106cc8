"""Back-test watch rules: how often would they have fired on past articles, on which, and what did they just miss?"""

from pipeline.backtest.report import (
    BacktestReport,
    Comparison,
    Forecast,
    NearMissCount,
    RuleReport,
    Sample,
    forecast,
)
from pipeline.backtest.run import Backtest

__all__ = [
    "Backtest",
    "BacktestReport",
    "Comparison",
    "Forecast",
    "NearMissCount",
    "RuleReport",
    "Sample",
    "forecast",
]
