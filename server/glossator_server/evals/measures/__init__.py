"""What is measured of a text, a ranking or a comment: pure functions, one module a family.

Nothing in here knows a suite, opens a model of the policy's, or reads a user's file.
"""
