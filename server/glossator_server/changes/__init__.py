"""Own what is done with a set of changes of several files: parts of it, its diff, its writing.

It must not decide what is changed, nor know who asks.
"""
