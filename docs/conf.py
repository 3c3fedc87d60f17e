"""How Sphinx builds the documentation: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crm import __version__

project = "Lethe"
author = "The people who wrote Lethe"
copyright = "The people who wrote Lethe, Apache-2.0"  # noqa: A001 - Sphinx's own name
release = version = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "screenshots"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # computed pages begin at the level they need

html_theme = "furo"
html_title = f"Lethe {__version__}"
