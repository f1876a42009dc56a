"""Own the agent: a model that reads with tools, stages edits, and is stopped where it must be.

It must not write to the workspace, nor know the editor.
"""
