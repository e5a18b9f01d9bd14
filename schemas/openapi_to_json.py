#!/usr/bin/env python3
"""Writes openapi.json from openapi.yaml, the truth. With --check it only compares them."""
import json
import pathlib
import sys

import yaml

here = pathlib.Path(__file__).parent
text = json.dumps(yaml.safe_load((here / "openapi.yaml").read_text("utf-8")), ensure_ascii=False, indent=1) + "\n"
target = here / "openapi.json"
if "--check" in sys.argv:
    sys.exit(0 if target.read_text("utf-8") == text else "schemas/openapi.json is stale: run schemas/openapi_to_json.py")
target.write_text(text, "utf-8")
