"""Tries to refute the theory of recursive training ("model collapse")."""

__version__ = "0.1.0"
