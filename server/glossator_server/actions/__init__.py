"""Actions: text and offsets in, `Proposal` out.

They must know no editor and open no connection; each works in a test with neither.
"""
