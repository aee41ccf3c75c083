"""Keeps of Twilio's OpenAPI file the sending of a message, and forbids fields that it does not name.

usage: strict.py twilio_api_v2010.yaml strict.json
"""

import json
import pathlib
import sys

import yaml

CALL = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
FORM = "application/x-www-form-urlencoded"

source = pathlib.Path(sys.argv[1])
document = yaml.load(source.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
path = document["paths"][CALL]
document["paths"] = {CALL: {name: part for name, part in path.items() if name in ("post", "parameters", "servers")}}
path["post"]["requestBody"]["content"][FORM]["schema"]["additionalProperties"] = False
path["post"]["requestBody"]["required"] = True
pathlib.Path(sys.argv[2]).write_text(json.dumps(document))
