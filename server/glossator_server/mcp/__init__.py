"""Own the MCP server: what other assistants may ask of the index, the checks and the models.

It must write nothing into a workspace.
"""
