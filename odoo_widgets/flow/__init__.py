"""From a frame to requests and from answers to a frame: pure functions on frozen values.

Nothing in this room opens a socket or a file, makes a widget, or reads the clock or the environment.
"""
