"""Runs a supervisor in the background: started by the sandbox itself, not by people."""

from .supervisor import main

main()
