"""`python -m service` is `signoff`."""

from service.cli import main

main()
