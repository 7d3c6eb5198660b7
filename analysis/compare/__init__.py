"""How outlets differ, and how sure one can be."""
