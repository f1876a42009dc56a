"""The server: speaks to editors and terminals, and decides what to offer."""

__version__ = "0.1.0"
