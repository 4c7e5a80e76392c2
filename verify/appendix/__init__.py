"""The LaTeX document of `refutable latex`: statements, derivations, errata."""
