"""The kinds of task that can be measured, one module each.

A suite runs the product's own path; it must not know how runs are kept, compared or shown.
"""
