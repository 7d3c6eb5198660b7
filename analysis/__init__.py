"""Comparative framing analysis of news: whose voice, how much, and how sure one can be."""
