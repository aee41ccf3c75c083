"""segment-analytics-python, unchanged: ``python segment_python.py HOST WRITE_KEY PERSON ORDER [gzip]``.

It posts ``"anonymousId": null`` where there is none. Fails when the SDK reports an error.
"""

import json
import sys

import segment.analytics as analytics

host, write_key, person, order = sys.argv[1:5]
failures = []
analytics.host = host
analytics.write_key = write_key
analytics.gzip = "gzip" in sys.argv[5:]
analytics.max_retries = 2
analytics.on_error = lambda error, items: failures.append(error)

anonymous = f"anon-{person}"
sent = [
    ("page", analytics.page(anonymous_id=anonymous, name="Top", properties={"path": "/"})),
    ("track", analytics.track(anonymous_id=anonymous, event="Product Viewed", properties={"product_id": "SKU-1"})),
    ("identify", analytics.identify(person, {"email": f"{person}@example.com", "name": "山田 𠮷子"}, anonymous_id=anonymous)),
    ("group", analytics.group(person, "company-1", {"name": "Example"})),
    ("track", analytics.track(person, "Order Completed", {
        "order_id": order,
        "total": 1080,
        "revenue": 1080,
        "currency": "JPY",
        "products": [{"product_id": "SKU-1", "price": 540, "quantity": 2, "category": "調味料"}],
    })),
    ("alias", analytics.alias(f"old-{person}", person)),
]
analytics.flush()
analytics.shutdown()
for kind, (accepted, message) in sent:
    print(json.dumps({"type": kind, "messageId": message.get("messageId")}))
    if not accepted:
        failures.append(f"{kind} was not queued")
for failure in failures:
    print(failure, file=sys.stderr)
sys.exit(1 if failures else 0)
