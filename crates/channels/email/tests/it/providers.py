"""Speaks for the providers: signs webhook calls by other people's code, and says how django-anymail reads them.

Takes {"jobs": [{"provider", "payload", "at", …}]} and answers one {"headers", "body", "events", "is_accepted",
"is_forgery_accepted"} for each. SendGrid and SNS are signed with `cryptography`, the text that SNS signs is that of
sns-message-validator, Mailgun is signed with Python's hmac; anymail checks the signatures of SendGrid and Mailgun itself.
"""

import base64
import datetime
import hashlib
import hmac
import json
import sys
import types
import uuid

# Anymail asks for Amazon's library before it reads a notification, and needs it only to confirm subscriptions.
for name in ["boto3", "botocore", "botocore.client", "botocore.exceptions", "botocore.config"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["botocore.client"].Config = dict
sys.modules["botocore.config"].Config = dict
for name in ["BotoCoreError", "ClientError", "ConnectionError"]:
    setattr(sys.modules["botocore.exceptions"], name, type(name, (Exception,), {}))

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.conf import settings

settings.configure(SECRET_KEY="tests", ANYMAIL={}, ALLOWED_HOSTS=["*"])
import django

django.setup()

from anymail.signals import tracking
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory, override_settings
from sns_message_validator import SNSMessageValidator

VIEWS = {
    "ses": AmazonSESTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
}


def private_key(path):
    with open(path, "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def sendgrid(job):
    key = private_key(job["key_file"])
    # Odd spacing and raw characters: whoever signs again what it has read gets something else.
    body = json.dumps(job["payload"], ensure_ascii=False, separators=(" , ", " :  ")) + "\r\n"
    timestamp = str(job["at"] // 1000)
    signature = key.sign((timestamp + body).encode(), ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    public = base64.b64encode(public).decode()
    return headers, body, {"SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": public}


def mailgun(job):
    timestamp = str(job["at"] // 1000)
    token = job.get("token", uuid.uuid4().hex)
    signature = hmac.new(job["key"].encode(), (timestamp + token).encode(), hashlib.sha256)
    body = {
        "signature": {"timestamp": timestamp, "token": token, "signature": signature.hexdigest()},
        "event-data": job["payload"],
    }
    return {}, json.dumps(body, indent=1), {"MAILGUN_WEBHOOK_SIGNING_KEY": job["key"]}


def postmark(job):
    login = base64.b64encode(job["key"].encode()).decode()
    return {"Authorization": "Basic " + login}, json.dumps(job["payload"]), {"WEBHOOK_SECRET": job["key"]}


def ses(job):
    at = datetime.datetime.fromtimestamp(job["at"] / 1000, datetime.timezone.utc)
    kind = job.get("kind", "Notification")
    message = {
        "Type": kind,
        "MessageId": str(uuid.uuid4()),
        "TopicArn": job["topic"],
        "Message": json.dumps(job["payload"], ensure_ascii=False) + "\n",
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (job["at"] % 1000),
        "SignatureVersion": job["version"],
        "SigningCertURL": job["certificate"],
    }
    if job.get("subject"):
        message["Subject"] = job["subject"]
    if kind != "Notification":
        message["SubscribeURL"] = job["visit"]
        message["Token"] = "2336412f37"
    plain = SNSMessageValidator()._get_plaintext_to_sign(message)
    algorithm = hashes.SHA1() if job["version"] == "1" else hashes.SHA256()
    signature = private_key(job["key_file"]).sign(plain.encode(), padding.PKCS1v15(), algorithm)
    message["Signature"] = base64.b64encode(signature).decode()
    headers = {"x-amz-sns-message-type": kind, "x-amz-sns-message-id": message["MessageId"]}
    return headers, json.dumps(message, indent=2), {}


SIGNERS = {"ses": ses, "sendgrid": sendgrid, "mailgun": mailgun, "postmark": postmark}


def judged(provider, headers, body, secrets):
    heard = []

    def hear(sender, event, esp_name, **_):
        heard.append(
            {
                "type": event.event_type,
                "recipient": event.recipient,
                "reject": event.reject_reason,
                "message_id": event.message_id,
            }
        )

    own = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    request = RequestFactory().post("/", data=body.encode(), content_type="application/json", **own)
    tracking.connect(hear)
    try:
        with override_settings(ANYMAIL=secrets):
            VIEWS[provider].as_view()(request)
        return True, heard
    except SuspiciousOperation:
        return False, []
    finally:
        tracking.disconnect(hear)


def answer(job):
    provider = job["provider"]
    headers, body, secrets = SIGNERS[provider](job)
    told = {"headers": headers, "body": body}
    # Anymail reads events and nothing else.
    if job.get("kind", "Notification") == "Notification" and not job.get("is_nonsense"):
        told["is_accepted"], told["events"] = judged(provider, headers, body, secrets)
        if provider in ("sendgrid", "mailgun"):
            forged = body.replace("signature\": \"", "signature\": \"00", 1) if provider == "mailgun" else body + " "
            told["is_forgery_accepted"], _ = judged(provider, headers, forged, secrets)
    return told


if __name__ == "__main__":
    print(json.dumps([answer(job) for job in json.load(sys.stdin)["jobs"]]))
