"""`python -m countline` is the same as `countline`."""

import sys

from countline.cli import main

sys.exit(main())
