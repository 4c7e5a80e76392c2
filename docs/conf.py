"""How `sphinx-build` makes the documentation: Markdown only, warnings are errors (`run.py docs`)."""

import re
from pathlib import Path

project = "refutable"
author = "refutable developers"
copyright = ""
_face = (Path(__file__).resolve().parent.parent / "refutable" / "__init__.py").read_text()
release = re.search(r'__version__ = "([^"]+)"', _face)[1]

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

highlight_language = "text"
html_theme = "furo"
html_title = f"refutable {release}"
html_copy_source = False
html_show_copyright = False


def _name_what_is_outside(app, docname, source):
    """A link to a file of the repository leads nowhere from the site: it becomes the file's name."""
    source[0] = re.sub(r"\[[^\]]*\]\(\.\./([^)]*)\)", r"`\1`", source[0])


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", _name_what_is_outside)
