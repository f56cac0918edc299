"""The commands. Each module wraps one function of the library; whatever is heavy is imported inside the command."""
