"""The playground: a prompt is tried on real code, and all that was said is shown.

What is tried is the product's own way of asking; nothing in here makes a prompt.
"""
