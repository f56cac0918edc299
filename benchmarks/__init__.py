"""How good unspin is: the measuring harness, and its dated raw runs in runs/."""
