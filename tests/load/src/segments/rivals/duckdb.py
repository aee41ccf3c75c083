"""Reads questions from standard input, asks DuckDB, writes who was found and what it took."""

import json
import sys
import time

import duckdb

wanted = json.load(sys.stdin)
db = duckdb.connect(":memory:", config={"threads": 2})
# It would go to where the answers go.
db.execute("SET enable_progress_bar = false")
db.execute(
    """CREATE TABLE person AS SELECT * FROM read_csv(?, header = false, columns = {
        'id': 'INTEGER', 'gender': 'UTINYINT', 'prefecture': 'UTINYINT', 'rank': 'UTINYINT', 'email': 'UTINYINT',
        'points': 'INTEGER', 'hobby': 'UTINYINT', 'month_day': 'USMALLINT', 'staff': 'UTINYINT'})""",
    [wanted["people"]],
)
db.execute(
    """CREATE TABLE event AS SELECT * FROM read_csv(?, header = false, columns = {
        'name': 'UTINYINT', 'person': 'INTEGER', 'ts': 'INTEGER', 'product': 'INTEGER', 'category': 'UTINYINT',
        'amount': 'INTEGER'}) ORDER BY name, ts""",
    [wanted["events"]],
)

answers = []
for question in wanted["questions"]:
    people = [row[0] for row in db.execute(question).fetchall()]
    took = []
    for _ in range(wanted["runs"]):
        began = time.perf_counter()
        db.execute(f"SELECT COUNT(*) FROM ({question})").fetchone()
        took.append((time.perf_counter() - began) * 1e3)
    answers.append({"people": people, "took": took})
json.dump(answers, sys.stdout)
