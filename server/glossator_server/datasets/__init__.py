"""Data to teach and to measure with: documented code of repositories, and what became of offers.

Mining reads repositories into records, one JSON object a line; exporting turns records into what
trainers take. It must not ask a model, and sends nothing anywhere.
"""
