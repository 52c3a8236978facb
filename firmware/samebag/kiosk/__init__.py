"""The packer's page on the station's own display: a browser that shows this page and nothing
else."""
