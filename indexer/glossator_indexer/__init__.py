"""The indexer: knows code, comments and search.

It must know no LSP, no model SDK and no network.
"""
