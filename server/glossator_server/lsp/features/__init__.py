"""Own the methods that the server answers, one module a method; none decides what is offered."""
