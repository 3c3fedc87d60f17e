"""Files that staff read in through the browser: kept sealed, assigned, tried, taken in by the worker, and gone."""
