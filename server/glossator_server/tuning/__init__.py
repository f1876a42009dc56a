"""Own the teaching of a small model: training an adapter, proving it, and handing it on.

It must not decide what is offered to a person; nothing of it is imported by an editor's server.
"""
