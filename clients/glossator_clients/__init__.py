"""Model clients: one protocol, `ChatModel`, over every kind of language model.

They must know nothing of code, comments or editors.
"""
