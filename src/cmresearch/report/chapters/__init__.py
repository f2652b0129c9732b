"""The documents of a thesis: methods chapter, checklists, tables and figures."""
