"""The plan of analysis: `study.toml` frozen before the draw, and every later change of it."""
