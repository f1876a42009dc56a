"""Own the language server's edge: the only package that speaks the Language Server Protocol.

Nothing in here decides what to offer or what a comment says.
"""
