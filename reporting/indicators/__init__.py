"""Indicators: one entry each, with its definition."""

from reporting.indicators.base import Figure, Indicator
from reporting.indicators.registry import INDICATORS

__all__ = ["INDICATORS", "Figure", "Indicator"]
