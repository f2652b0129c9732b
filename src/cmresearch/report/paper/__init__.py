"""The report as a tree that becomes a PDF or a document of a word processor."""
