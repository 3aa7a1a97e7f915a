"""Cut DejaVu Sans down to the characters that figures need: `python make_subset.py DejaVuSans.ttf`.

Needs fonttools. The full font is free (see LICENSE-DejaVu.txt) and comes, for one, with matplotlib.
"""

import sys

from fontTools import subset

CHARACTERS = ",".join([
    "U+0020-007E,U+00A0-017F",  # Latin
    "U+0302-0304,U+0307,U+0308",  # hat, tilde, bar and dots on a letter
    "U+0370-03FF,U+1D62-1D6A",  # Greek
    "U+2010-2027,U+2030-205E,U+2070-209C,U+20AC",  # dashes, quotes, super- and subscripts
    "U+2100-214F,U+2190-21FF,U+2200-22FF,U+2308-230B,U+27E8,U+27E9",  # letters, arrows, operators, brackets
    "U+25A0-25CF,U+2605,U+2606,U+2713,U+2717,U+FFFD",  # shapes, ticks, the replacement
])

subset.main([
    sys.argv[1],
    f"--unicodes={CHARACTERS}",
    "--drop-tables+=GPOS,GSUB,GDEF,MATH,FFTM",
    "--legacy-kern",
    "--no-hinting",
    "--notdef-outline",
    "--output-file=DejaVuSans.ttf",
])
