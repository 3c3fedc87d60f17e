"""`python -m crm` is the command `lethe`."""

from crm.cli.main import main

if __name__ == "__main__":
    main()
