"""Coding sheets, and what coders say of the tool and of each other."""
