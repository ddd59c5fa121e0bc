"""A small Django application whose tasks the tests run in real workers."""
