"""The merged label: content in, pictures and printer bytes out. Imports only core."""
