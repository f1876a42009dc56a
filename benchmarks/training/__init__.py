"""Training of the models that come in the package: tools of developers, never run by users."""
