"""Reads mails as an independent reader does and checks their DKIM signatures with dkimpy.

Input (stdin, JSON): {"records": {dns name: txt}, "mails": {name: file}}.
Output (JSON): for each mail its decoded headers and parts and the verdict on each signature.
"""

import email
import email.policy
import json
import sys
from email.header import decode_header

import dkim

job = json.load(sys.stdin)
records = {name.rstrip(".") + ".": text.encode() for name, text in job["records"].items()}


def lookup(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return records.get(name.rstrip(".") + ".")


answer = {}
for name, path in job["mails"].items():
    raw = open(path, "rb").read()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    count = len(mail.get_all("DKIM-Signature", []))
    verdicts = []
    for index in range(count):
        try:
            verdicts.append(dkim.DKIM(raw, timeout=5).verify(idx=index, dnsfunc=lookup))
        except Exception as error:
            verdicts.append(str(error))
    parts = {}
    for part in mail.walk():
        if not part.is_multipart():
            parts[part.get_content_type()] = part.get_content()
    answer[name] = {
        "dkim": verdicts,
        "subject": mail["Subject"],
        "from": [[a.display_name, a.addr_spec] for a in mail["From"].addresses],
        "to": [[a.display_name, a.username, a.domain] for a in mail["To"].addresses],
        "date": mail["Date"].datetime.timestamp(),
        "unsubscribe": mail["List-Unsubscribe"],
        "extra": mail["X-Campaign"],
        "parts": parts,
        "charsets": sorted({p.get_content_charset() for p in mail.walk() if not p.is_multipart()}),
        "words": sorted({charset for _, charset in decode_header(email.message_from_bytes(raw)["Subject"]) if charset}),
        "seven": all(byte < 128 for byte in raw),
        "defects": [str(d) for d in mail.defects],
        "longest": max(len(line) for line in raw.split(b"\r\n")),
        "bare": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
    }
json.dump(answer, sys.stdout)
