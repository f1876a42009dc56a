"""Own how each style's own tool is asked what is wrong with a text, as its users would start it."""
