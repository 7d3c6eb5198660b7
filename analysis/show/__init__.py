"""Figures, the sentences that state results, pages of evidence."""
