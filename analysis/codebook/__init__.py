"""What is counted, and where: lexicon, matching, scoring, evidence."""
