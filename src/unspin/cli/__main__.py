"""``python -m unspin.cli``."""

from unspin.cli.main import main

main()
