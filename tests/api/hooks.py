"""What schemathesis must know of this server: who asks, and what there is to ask for.

The first owner comes in by the one-time link, fills a little shop, and stays signed in by cookie, so that a
long run outlives an access token. Half of the addresses that need an id get one of a thing that exists.
"""

import os
import threading

import requests
import schemathesis

URL = os.environ["ENISHI_API_URL"].rstrip("/")
LINK = os.environ["ENISHI_API_LINK"].rsplit("/", 1)[-1]

RULE = {"version": 1, "root": {"all": []}}


class Shop:
    """A browser with an owner's session, and the ids of what it made."""

    def __init__(self):
        self.browser = requests.Session()
        self.token = None
        self.ids = {}

    def ask(self, path, body=None, method="POST", **options):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.browser.request(
            method, f"{URL}/api/v1/{path}", json=body, headers=headers, timeout=60, **options
        )
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def come_in(self):
        owner = {
            "token": LINK,
            "name": "森 千夏",
            "email": "mori@example.jp",
            "password": "ながいあいことば2026",
            "workspace_name": "青葉ストア",
        }
        self.token = self.ask("session/setup", owner)["access_token"]

    def stay(self):
        # Only the cookie counts here.
        self.token = None
        self.token = self.ask("session/refresh")["access_token"]

    def make(self, kind, body):
        made = self.ask(kind, body)
        self.ids.setdefault(kind, []).append(made["id"])
        return made

    def fill(self):
        workspace = self.ask("workspace", method="GET")
        address = {"version": workspace["version"], "postal_address": "東京都千代田区千代田1-1"}
        self.ask("workspace", address, method="PATCH")
        for n in range(3):
            self.make("customers", {"external_id": f"A-{n}", "email": f"c{n}@example.jp", "full_name": f"客 {n}"})
            self.make("products", {"sku": f"P-{n}", "name": f"品 {n}", "price": 100 + n, "currency": "JPY"})
        segment = self.make("segments", {"name": "全員", "document": RULE})
        sender = self.make(
            "senders", {"from_name": "青葉ストア", "from_address": "info@shop.example.jp", "transport": "sandbox"}
        )
        content = self.make("contents", {"starter": "newsletter"})
        cards = {
            "version": 1,
            "target": {"include": [segment["id"]]},
            "offer": {"kind": "none"},
            "timing": {"kind": "now"},
            "channel": {"kind": "email", "sender": sender["id"]},
            "contents": {"source": {"saved": content["id"]}},
            "goal": {"event": "order", "window_days": 7},
        }
        for name in ("送る", "下書き"):
            campaign = self.make("campaigns", {"name": name, "document": cards})
        first = self.ids["campaigns"][0]
        self.ask(f"campaigns/{first}/launch", {"version": campaign["version"]})
        customer = self.ids["customers"][0]
        test = {"recipients": ["mori@example.jp"], "customer_id": customer}
        self.ask(f"contents/{content['id']}/test", test)
        for message in self.ask("inbox", method="GET")["items"]:
            self.ids.setdefault("inbox", []).append(message["id"])
        self.ids["imports"] = [self.upload()]
        self.make("api-keys", {"name": "BI", "scopes": ["reports:read"]})
        self.make("write-keys", {"name": "店", "power": "server"})
        self.ids["members"] = [self.ask("members", method="GET")[0]["user"]["id"]]

    def upload(self):
        answer = self.browser.post(
            f"{URL}/api/v1/imports?kind=customers",
            files={"file": ("customers.csv", "id,email\nB-1,b1@example.jp\n")},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()["import"]["id"]


SHOP = Shop()
SHOP.come_in()
SHOP.fill()


@schemathesis.auth(refresh_interval=300)
class Owner:
    """An owner: may do everything, so that no 403 hides what lies behind it."""

    lock = threading.Lock()

    def get(self, case, context):
        with self.lock:
            SHOP.stay()
            return SHOP.token

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts the id of a thing that exists where one was made up, every other time."""
    operation = getattr(context, "operation", None)
    made_up = (path_parameters or {}).get("id")
    if operation is None or made_up is None:
        return path_parameters
    known = SHOP.ids.get(operation.path.split("/")[3], [])
    dice = sum(str(made_up).encode("utf-8", "replace"))
    if known and dice % 2:
        path_parameters["id"] = known[dice // 2 % len(known)]
    return path_parameters
