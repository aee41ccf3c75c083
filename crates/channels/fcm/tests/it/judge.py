"""Independent readers of what goes to FCM: Google's own description of the interface, and PyJWT.

Input (stdin, JSON): bodies of requests, and statements with the key that verifies them; output (JSON): what the readers
say. The description is the discovery file that google-api-python-client ships, turned into a JSON schema.
"""

import json
import re
import sys
from pathlib import Path

import googleapiclient
import jsonschema_rs
import jwt

PLAIN = {"string", "boolean", "integer", "number", "array", "object"}


def schema_of(described):
    """Turns a description into a schema that takes what it names and nothing else."""
    if "$ref" in described:
        return {"$ref": "#/$defs/" + described["$ref"]}
    kind = described.get("type")
    schema = {"type": kind} if kind in PLAIN else {}
    if described.get("format") == "google-duration":
        schema["pattern"] = r"^\d+(\.\d{1,9})?s$"
    if described.get("format") == "int32":
        schema |= {"minimum": -(2**31), "maximum": 2**31 - 1}
    if "enum" in described:
        schema["enum"] = described["enum"]
    if "items" in described:
        schema["items"] = schema_of(described["items"])
    if "properties" in described:
        schema["properties"] = {name: schema_of(one) for name, one in described["properties"].items()}
        schema["additionalProperties"] = False
    elif "additionalProperties" in described:
        schema["additionalProperties"] = schema_of(described["additionalProperties"])
    return schema


path = Path(googleapiclient.__file__).parent / "discovery_cache/documents/fcm.v1.json"
description = json.loads(path.read_text())
send = description["resources"]["projects"]["resources"]["messages"]["methods"]["send"]
schema = schema_of({"$ref": send["request"]["$ref"]})
schema["$defs"] = {name: schema_of(one) for name, one in description["schemas"].items()}
validator = jsonschema_rs.validator_for(schema)

job = json.load(sys.stdin)
answer = {"bodies": {}, "statements": [], "path": send["flatPath"]}
for name, body in job["bodies"].items():
    faults = [error.message for error in validator.iter_errors(body)]
    targets = [kind for kind in ("token", "fid", "topic", "condition") if kind in body.get("message", {})]
    if len(targets) != 1:
        faults.append(f"{len(targets)} targets")
    # The sentences that the description says in words alone.
    for key in body.get("message", {}).get("data", {}):
        if re.match(r"^(from$|message_type$|google\.|gcm\.notification\.)", key):
            faults.append("reserved: " + key)
    answer["bodies"][name] = faults
for statement in job["statements"]:
    try:
        claims = jwt.decode(
            statement, job["key"], algorithms=["RS256"], audience=job["audience"],
            options={"verify_exp": False, "verify_iat": False, "require": ["iss", "exp", "iat", "scope"]},
        )
    except jwt.PyJWTError as error:
        claims = "refused: " + type(error).__name__
    answer["statements"].append({"claims": claims, "header": jwt.get_unverified_header(statement)})
json.dump(answer, sys.stdout)
