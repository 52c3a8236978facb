"""The camera: a worker process that takes pictures, reads them and keeps evidence."""
