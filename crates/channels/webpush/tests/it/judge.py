"""Independent readers of a Web Push: http_ece decrypts, py_vapid and PyJWT verify.

Input (stdin, JSON): a browser's keys and the requests that arrived; output (JSON): what the readers say.
"""

import base64
import json
import sys

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


job = json.load(sys.stdin)
private = ec.derive_private_key(int.from_bytes(decoded(job["private"]), "big"), ec.SECP256R1())
answer = {"plain": [], "statements": []}

for body in job["bodies"]:
    try:
        plain = http_ece.decrypt(decoded(body), private_key=private, auth_secret=decoded(job["auth"]), version="aes128gcm")
        answer["plain"].append(plain.decode())
    except Exception as error:  # noqa: BLE001
        answer["plain"].append("refused: " + type(error).__name__)

for header in job["headers"]:
    token, public = (part.split("=", 1)[1] for part in header.removeprefix("vapid ").split(","))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public))
    try:
        verified = bool(Vapid02.verify(header))
    except Exception as error:  # noqa: BLE001
        verified = "refused: " + type(error).__name__
    try:
        claims = jwt.decode(token, point, algorithms=["ES256"], audience=job["audience"], options={"verify_exp": False})
    except Exception as error:  # noqa: BLE001
        claims = "refused: " + type(error).__name__
    answer["statements"].append({"verified": verified, "claims": claims, "header": jwt.get_unverified_header(token)})

json.dump(answer, sys.stdout)
