#!/usr/bin/env python3
"""Writes openapi.json and asyncapi.json from the YAML files, the truth. With --check it only compares them.

asyncapi.yaml names shapes of openapi.yaml; asyncapi.json holds copies of them, so that it stands alone.
"""
import json
import pathlib
import sys

import yaml

here = pathlib.Path(__file__).parent
other = "./openapi.yaml#/components/schemas/"
own = "#/components/schemas/"


def shapes_named_in(node, prefix):
    if isinstance(node, dict):
        if str(node.get("$ref", "")).startswith(prefix):
            yield node["$ref"][len(prefix):]
        for below in node.values():
            yield from shapes_named_in(below, prefix)
    elif isinstance(node, list):
        for below in node:
            yield from shapes_named_in(below, prefix)


def standing_alone(frames, rest):
    wanted = sorted(set(shapes_named_in(frames, other)))
    frames = json.loads(json.dumps(frames, ensure_ascii=False).replace(other, own))
    shapes = frames["components"]["schemas"]
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = rest["components"]["schemas"][name]
            wanted.extend(shapes_named_in(shapes[name], own))
    return frames


def text_of(document):
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


rest = yaml.safe_load((here / "openapi.yaml").read_text("utf-8"))
frames = yaml.safe_load((here / "asyncapi.yaml").read_text("utf-8"))
made = {"openapi.json": text_of(rest), "asyncapi.json": text_of(standing_alone(frames, rest))}
if "--check" in sys.argv:
    stale = [name for name, text in made.items() if (here / name).read_text("utf-8") != text]
    sys.exit(f"schemas/{stale[0]} is stale: run schemas/openapi_to_json.py" if stale else 0)
for name, text in made.items():
    (here / name).write_text(text, "utf-8")
