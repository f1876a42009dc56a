"""Own what edits are measured with: projects, tasks, their checks, and scripts that play a model.

It must not be imported by the product.
"""
