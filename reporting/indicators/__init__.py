"""Indicators: one entry each, with its definition."""

from reporting.indicators.base import Figure, Indicator
from reporting.indicators.registry import CATALOGUE, FAMILIES, INDICATORS, TERMS

__all__ = ["CATALOGUE", "FAMILIES", "INDICATORS", "TERMS", "Figure", "Indicator"]
