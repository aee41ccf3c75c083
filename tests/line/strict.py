"""Makes LINE's OpenAPI file strict, and small enough to start quickly.

Prism does not follow `discriminator`: it takes a message of any type, or of none. So every base that has one
becomes a `oneOf` of its members, each with its type as the only value and with no property that the file does
not name. Calls that the channel does not make are left out.

Neighbours of the file are taken in: how tokens are asked for, the statistics of a unit, and the events of
webhooks, as a call that does not exist.

usage: strict.py messaging-api.yml strict.json
"""

import json
import pathlib
import sys

import yaml

LEFT_OUT = (
    "coupon", "membership", "group", "room", "webhook", "chat", "markAsRead", "aggregation/list", "pnp",
    "{messageId}", "richmenu/validate", "/v2/bot/info",
)

NEIGHBOURS = {
    "channel-access-token.yml": ["/oauth2/v3/token", "/oauth2/v2.1/token"],
    "insight.yml": ["/v2/bot/insight/message/event/aggregation"],
    "webhook.yml": ["/callback"],
}


def read(path):
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


source = pathlib.Path(sys.argv[1])
document = read(source)
schemas = document["components"]["schemas"]
taken_in = {}
for number, (name, paths) in enumerate(NEIGHBOURS.items()):
    # Both have an ErrorResponse of their own, so the names of each get a number.
    text = json.dumps(read(source.with_name(name)), default=str)
    other = json.loads(text.replace("#/components/schemas/", f"#/components/schemas/N{number}"))
    schemas.update({f"N{number}{key}": schema for key, schema in other["components"]["schemas"].items()})
    for path in paths:
        call = other["paths"][path]
        if path.startswith(("/oauth2/", "/callback")):
            call["post"]["security"] = []
        taken_in[path] = call


def name_of(reference):
    return reference["$ref"].rsplit("/", 1)[1]


def flat(schema):
    """Merges what `allOf` puts together."""
    merged = {"type": "object", "properties": {}, "required": list(schema.get("required", []))}
    for part in [*schema.get("allOf", []), {"properties": schema.get("properties", {})}]:
        if "$ref" in part:
            part = bases.get(name_of(part)) or schemas[name_of(part)]
        if "allOf" in part:
            part = flat(part)
        merged["properties"].update(part.get("properties", {}))
        merged["required"] += part.get("required", [])
    merged["required"] = sorted(set(merged["required"]))
    return merged


bases = {name: dict(schema) for name, schema in schemas.items() if "discriminator" in schema}
for base, schema in bases.items():
    members = schema["discriminator"].get("mapping", {})
    for kind, reference in members.items():
        member = flat(schemas[name_of({"$ref": reference})])
        member["properties"]["type"] = {"type": "string", "enum": [kind]}
        member["required"] = sorted({*member["required"], "type"})
        member["additionalProperties"] = False
        schemas[name_of({"$ref": reference})] = member
    schemas[base] = {"oneOf": [{"$ref": reference} for reference in members.values()]}

for name, schema in schemas.items():
    if schema.get("properties") and "additionalProperties" not in schema:
        schema["additionalProperties"] = False

document["paths"] = {
    path: call for path, call in document["paths"].items() if not any(part in path for part in LEFT_OUT)
} | taken_in

# Prism compiles the messages anew for each call, which takes seconds: the push reads them in full, for the
# others it is enough that there are one to five.
PLAIN = {"type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "object", "required": ["type"]}}
for name, schema in schemas.items():
    if name != "PushMessageRequest" and name.endswith("Request") and "messages" in schema.get("properties", {}):
        schema["properties"]["messages"] = PLAIN


def used(node, found):
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in found:
            found.add(reference)
            used(schemas.get(reference.rsplit("/", 1)[1], {}), found)
        for value in node.values():
            used(value, found)
    elif isinstance(node, list):
        for value in node:
            used(value, found)
    return found


kept = {reference.rsplit("/", 1)[1] for reference in used(document["paths"], set())}
document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in kept}


def bare(node):
    """Examples and descriptions are not checked, and take long to read."""
    if isinstance(node, dict):
        return {
            key: bare(value)
            for key, value in node.items()
            if key not in ("externalDocs", "example", "examples") and not (isinstance(value, str) and len(value) > 200)
        }
    return [bare(value) for value in node] if isinstance(node, list) else node


with open(sys.argv[2], "w") as file:
    json.dump(bare(document), file, default=str)
