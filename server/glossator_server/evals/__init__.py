"""The measuring of models, prompts and retrieval: cases, run under several configurations.

Nothing in here writes into what is measured, and every model is opened through the policy.
"""
