"""Files read and written safely: TOML, sheets, tables, hashes, and the database engine; whole, or not at all."""
