"""``python -m unspin`` is ``unspin``."""

from unspin.cli.main import main

main()
