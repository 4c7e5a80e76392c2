"""One module per paper: proof scripts. They are not trusted; the checkers of their steps are."""
