"""Independent readers of what the LINE channel makes: LINE's own SDK, PyJWT, plain requests.

Input (stdin, JSON): a job by name; output (JSON): what the reader says.
"""

import base64
import json
import sys

job = json.load(sys.stdin)
answer = {}


def holds(theirs, ours):
    """Whether nothing of ours was lost; defaults that they add do not matter."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(holds(theirs.get(name), value) for name, value in ours.items())
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(theirs) == len(ours) and all(map(holds, theirs, ours))
    return theirs == ours


def sdk(bodies):
    """Lets the models of line-bot-sdk read push requests; a good one comes back as it went in."""
    from linebot.v3.messaging import PushMessageRequest

    said = {}
    for name, body in bodies.items():
        try:
            read = json.loads(PushMessageRequest.from_dict(body).to_json())
            said[name] = "same" if holds(read, body) else "changed"
        except Exception as error:  # noqa: BLE001
            said[name] = "refused: " + str(error)[:200]
    return said


def post(base, bodies):
    """Sends bodies as they are, past our own checks, and returns the statuses."""
    import uuid

    import requests

    session = requests.Session()
    said = {}
    for name, body in bodies.items():
        headers = {"Authorization": "Bearer by-hand", "X-Line-Retry-Key": str(uuid.uuid4())}
        reply = session.post(base + "/v2/bot/message/push", json=body, headers=headers, timeout=30)
        said[name] = reply.status_code
    return said


def callback(base, bodies):
    """Sends webhooks to whoever knows what they must look like."""
    import requests

    headers = {"Content-Type": "application/json", "x-line-signature": "any"}
    return {
        name: requests.post(base + "/callback", data=body.encode(), headers=headers, timeout=60).status_code
        for name, body in bodies.items()
    }


def hooks(secret, items):
    """Reads webhooks with the SDK's parser, which checks the signature."""
    from linebot.v3 import WebhookParser

    parser = WebhookParser(secret)
    said = {}
    for name, (body, signature) in items.items():
        try:
            said[name] = [type(event).__name__ for event in parser.parse(body, signature)]
        except Exception as error:  # noqa: BLE001
            said[name] = type(error).__name__
    return said


def assertion(token, jwk, now):
    """Verifies an assertion as LINE must."""
    import jwt

    key = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps({name: jwk[name] for name in ("kty", "n", "e")}))
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="https://api.line.me/", options={"verify_exp": False})
    return {"header": jwt.get_unverified_header(token), "claims": claims, "life": claims["exp"] - now}


def id_tokens(secret, now):
    """Makes ID tokens, good and bad, with another library than ours."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec

    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    public.update({"kid": "line-key", "use": "sig", "alg": "ES256"})
    claims = {
        "iss": "https://access.line.me", "sub": "U0123456789abcdef0123456789abcdef", "aud": "1234567890",
        "exp": now + 3600, "iat": now, "nonce": "n-1", "name": "縁 花子", "email": "hanako@example.jp",
    }
    web = lambda **change: jwt.encode({**claims, **change}, secret, algorithm="HS256")
    app = lambda key=key, kid="line-key", **change: jwt.encode({**claims, **change}, key, algorithm="ES256", headers={"kid": kid})
    head, body, mark = web().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    # The old trick: the public key, which everybody has, taken for the secret.
    import hashlib
    import hmac

    part = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"line-key"}').rstrip(b"=").decode() + "." + body
    forged = hmac.new(json.dumps(public).encode(), part.encode(), hashlib.sha256).digest()
    return {
        "keys": {"keys": [public]},
        "tokens": {
            "web": web(), "app": app(),
            "none": none + "." + body + ".", "none_signed": none + "." + body + "." + mark,
            "hs512": jwt.encode(claims, secret * 3, algorithm="HS512"),
            "wrong_secret": jwt.encode(claims, "another secret of enough length", algorithm="HS256"),
            "wrong_key": app(other), "unknown_key": app(kid="x"),
            "key_as_secret": part + "." + base64.urlsafe_b64encode(forged).rstrip(b"=").decode(),
            "changed": head + "." + body[:-2] + ("AA" if body[-2:] != "AA" else "BB") + "." + mark,
            "issuer": web(iss="https://access.line.me.evil.example"), "audience": web(aud="1234567891"),
            "expired": web(exp=now), "nonce": web(nonce="n-2"), "subject": web(sub="hanako"),
            "cut": head + "." + body, "empty": "",
        },
    }


calls = {"sdk": sdk, "post": post, "hooks": hooks, "callback": callback, "assertion": assertion, "id_tokens": id_tokens}
for name, arguments in job.items():
    answer[name] = calls[name](*arguments)
json.dump(answer, sys.stdout)
