"""The reviews of a study: what was confirmed or queried, entry by entry, and what has changed since."""
