"""`refutable report`: verdicts as a static HTML site that needs no network and no JavaScript."""

from .cli import add_parser

__all__ = ["add_parser"]
