//! The nine questions as one writes them for these tables.

use crate::segments::{
    data::{ADDED, APP, BOUGHT, CLICKED, DAY, NOW, OPENED, VIEWED, VISITED},
    plain::Wanted,
};

const fn ago(days: u32) -> u32 {
    NOW - days * DAY
}

/// Returns them in order; each gives `id`, once a customer.
pub(super) fn questions(wanted: Wanted) -> Vec<String> {
    let Wanted { product, category } = wanted;
    let (d1, d2, d7, d14, d30) = (ago(1), ago(2), ago(7), ago(14), ago(30));
    let (d60, d90, d365) = (ago(60), ago(90), ago(365));
    let sum = "SUM(CAST(amount AS BIGINT))";
    vec![
        "SELECT id FROM person WHERE gender = 1 AND prefecture IN (13, 14) AND rank = 2 AND email = 1".into(),
        format!(
            "SELECT person AS id FROM event WHERE name = {BOUGHT} AND ts >= {d365} GROUP BY person
             HAVING SUM(CASE WHEN category = {category} THEN 1 ELSE 0 END) >= 3 AND MAX(ts) < {d60}"
        ),
        format!(
            "SELECT person AS id FROM event WHERE name IN ({ADDED}, {BOUGHT}) AND ts >= {d1} GROUP BY person
             HAVING MAX(CASE WHEN name = {ADDED} THEN ts ELSE -2 END) >= MAX(CASE WHEN name = {BOUGHT} THEN ts ELSE -1 END)"
        ),
        format!(
            "WITH bought AS (SELECT person, MAX(ts) r, COUNT(*) f, {sum} m FROM event WHERE name = {BOUGHT} GROUP BY person),
             ranked AS (SELECT person, NTILE(5) OVER (ORDER BY r, person) r, NTILE(5) OVER (ORDER BY f, person) f,
                 NTILE(5) OVER (ORDER BY m, person) m FROM bought)
             SELECT person AS id FROM ranked WHERE r = 5 AND f = 5 AND m = 5"
        ),
        format!(
            "SELECT person AS id FROM event
             WHERE (name = {BOUGHT} AND ts >= {d90}) OR (name = {CLICKED} AND ts >= {d30}) GROUP BY person
             HAVING SUM(CASE WHEN name = {BOUGHT} THEN CAST(amount AS BIGINT) ELSE 0 END) > 30000
                AND SUM(CASE WHEN name = {CLICKED} THEN 1 ELSE 0 END) >= 2"
        ),
        format!(
            "SELECT person AS id FROM event
             WHERE product = {product} AND ((name = {VIEWED} AND ts >= {d7}) OR name = {BOUGHT}) GROUP BY person
             HAVING SUM(CASE WHEN name = {BOUGHT} THEN 1 ELSE 0 END) = 0"
        ),
        format!(
            "SELECT p.id FROM person p LEFT JOIN (
                 SELECT person, SUM(CASE WHEN name = {BOUGHT} THEN 1 ELSE 0 END) bought,
                     SUM(CASE WHEN name = {OPENED} THEN 1 ELSE 0 END) opened,
                     SUM(CASE WHEN name = {CLICKED} THEN 1 ELSE 0 END) clicked,
                     SUM(CASE WHEN name = {APP} THEN 1 ELSE 0 END) app,
                     SUM(CASE WHEN name = {VISITED} THEN 1 ELSE 0 END) visited
                 FROM event WHERE (name = {BOUGHT} AND ts >= {d90}) OR (name = {APP} AND ts >= {d14})
                     OR (name IN ({OPENED}, {CLICKED}, {VISITED}) AND ts >= {d30})
                 GROUP BY person) z ON z.person = p.id
             WHERE ((gender = 1 AND prefecture IN (11, 12, 13, 14)) OR (rank IN (2, 3) AND points > 5000))
               AND (z.bought >= 1 OR (z.opened >= 3 AND z.clicked = 0))
               AND (z.app >= 1 OR z.visited >= 1 OR hobby = 3) AND p.staff = 0"
        ),
        format!(
            "WITH spent AS (SELECT person, {sum} m FROM event WHERE name = {BOUGHT} GROUP BY person),
             ranked AS (SELECT person, NTILE(10) OVER (ORDER BY m DESC, person) tenth FROM spent)
             SELECT p.id FROM ranked r JOIN person p ON p.id = r.person
             WHERE r.tenth = 1 AND p.month_day IN (1228, 1229, 1230, 1231, 101, 102, 103)"
        ),
        format!(
            "SELECT DISTINCT c.person AS id
             FROM (SELECT person, product, ts FROM event WHERE name = {ADDED} AND ts >= {d30} AND ts < {d2}) c
             WHERE EXISTS (SELECT 1 FROM (SELECT person, product, ts FROM event WHERE name = {VIEWED} AND ts >= {d30}) v
                     WHERE v.person = c.person AND v.product = c.product AND v.ts < c.ts AND v.ts >= c.ts - {DAY})
               AND NOT EXISTS (SELECT 1 FROM (SELECT person, product, ts FROM event WHERE name = {BOUGHT} AND ts >= {d30}) b
                     WHERE b.person = c.person AND b.product = c.product AND b.ts > c.ts AND b.ts <= c.ts + 2 * {DAY})"
        ),
    ]
}
