# Says which Python this is, and whether it can make a virtual environment.
import importlib.util
import sys

complete = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
print(sys.version_info.major, sys.version_info.minor, "complete" if complete else "incomplete")
