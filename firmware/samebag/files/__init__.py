"""Files of any kind: whole ones, tables, TOML, a store's own beside the package's."""
