"""Writes the embedded data sets from the installed packages scikit-learn and plotnine.

    python datasets/embedded/make.py

Cells are copied as text, so the values are the packages' own; only a header is put above them.
The archives carry no time stamp, so making them again changes nothing.
"""

import gzip
import importlib.util
import shutil
from pathlib import Path

from sklearn import datasets

HERE = Path(__file__).parent


def package(name):
    return Path(importlib.util.find_spec(name).origin).parent


def write(name, header, lines):
    quoted = ['"%s"' % cell if "," in cell else cell for cell in header]
    text = "\n".join([",".join(quoted), *lines]) + "\n"
    with open(HERE / f"{name}.csv.gz", "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as archive:
            archive.write(text.encode())


SKLEARN = package("sklearn") / "datasets"


def lines_of(file):
    read = gzip.open if file.endswith(".gz") else open
    with read(SKLEARN / "data" / file, "rt") as text:
        return text.read().splitlines()


def short(number):
    """`1.510000000000000000e+02` is 151."""
    value = float(number)
    return repr(int(value)) if value == int(value) else repr(value)


# These three begin with a line of counts and class names.
for name, file, load in [
    ("iris", "iris.csv", datasets.load_iris),
    ("wine", "wine_data.csv", datasets.load_wine),
    ("breast_cancer", "breast_cancer.csv", datasets.load_breast_cancer),
]:
    write(name, [*load().feature_names, "target"], lines_of(file)[1:])

diabetes = [
    ",".join(row.split()) + "," + short(target)
    for row, target in zip(lines_of("diabetes_data_raw.csv.gz"), lines_of("diabetes_target.csv.gz"), strict=True)
]
write("diabetes", [*datasets.load_diabetes().feature_names, "target"], diabetes)
write("digits", [*datasets.load_digits().feature_names, "target"], lines_of("digits.csv.gz"))

for image in ["china.jpg", "flower.jpg"]:
    shutil.copyfile(SKLEARN / "images" / image, HERE / image)

diamonds = (package("plotnine") / "data" / "diamonds.csv").read_text().splitlines()
write("diamonds", diamonds[0].replace('"', "").split(","), [line.replace('"', "") for line in diamonds[1:]])
