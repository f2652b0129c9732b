"""Codebooks and codings to and from other programs: NVivo, ATLAS.ti, MAXQDA, QualCoder, Taguette."""
