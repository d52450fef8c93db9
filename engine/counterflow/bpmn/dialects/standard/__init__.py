"""The standard's own words: models that carry no vendor's extensions."""
