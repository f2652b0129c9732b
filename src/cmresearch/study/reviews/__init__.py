"""What reviewers confirmed or queried, entry by entry, and what has changed since."""
