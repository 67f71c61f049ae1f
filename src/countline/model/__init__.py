"""The nouns: plain frozen values that every floor shares."""
