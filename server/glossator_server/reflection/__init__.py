"""Own the loop that turns a problem into a checked fix: generator, checks, critic, score.

It must not know the editor, nor run anything itself.
"""
