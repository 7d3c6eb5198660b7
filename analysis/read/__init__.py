"""Articles from anywhere into the articles table; every loss and repair named."""
