"""Whose words: texts in, attributed spans out."""
