"""Periods in a company (PMSMP): their limits, what is recorded of them, their pages."""
