"""Figures published to those who steer: hidden once for every page, prepared by the worker, read as they are."""

# The outbox message by which somebody asks for exact figures now.
REQUEST = "figures.publish"
