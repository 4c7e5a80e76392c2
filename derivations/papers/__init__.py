"""One module per paper: its claims, as printed, and nothing that judges them."""
