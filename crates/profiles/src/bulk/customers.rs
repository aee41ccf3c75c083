//! Customers: found or created by external id and email, changed, with their consents.

use std::collections::HashMap;

use kernel::id::ProfileId;
use sea_orm::{DbErr, FromQueryResult};
use storage::sql;

use super::{
    CustomerKey, CustomerRow, RowOutcome,
    people::{self, Seen},
};
use crate::{
    consent::{self, ConsentChange, ConsentOutcome},
    context::Ctx,
    facts::{
        self, Change, Facts,
        row::{self, Hold, Row},
    },
    identity::{self, Claim, KeyKind},
    import::Refusal,
    rowset,
    source::Source,
};

pub(super) async fn load(
    ctx: Ctx<'_>,
    source: Source,
    rows: &[CustomerRow],
) -> Result<Vec<RowOutcome>, DbErr> {
    let keys: Vec<Vec<CustomerKey>> = rows.iter().map(keys_of).collect();
    let before = people::find(ctx, &keys.iter().flatten().collect::<Vec<_>>()).await?;
    let claims: Vec<Claim> = rows
        .iter()
        .zip(&keys)
        .map(|(row, keys)| claim(ctx, source, row, keys))
        .collect();
    let resolved = identity::resolve(ctx, &claims).await?;
    let profiles: Vec<i64> = resolved
        .iter()
        .flatten()
        .map(|found| found.profile)
        .collect();
    let mut held = row::load(ctx, profiles, Hold::Facts).await?;

    let mut outcomes = Vec::with_capacity(rows.len());
    let (mut changes, mut consents, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for (at, ((row, keys), found)) in rows.iter().zip(&keys).zip(resolved).enumerate() {
        let Some(found) = found else {
            outcomes.push(RowOutcome::Refused(nobody()));
            continue;
        };
        let email_denied = found
            .denied
            .iter()
            .any(|(key, _)| key.kind == KeyKind::Email);
        let is_known = keys
            .iter()
            .all(|key| before.contains_key(&(key.key().kind.code(), key.value().to_owned())));
        let change = change(source, found.profile, row, email_denied);
        let differs = held
            .get_mut(&found.profile)
            .is_some_and(|held| differs(held, &change));
        outcomes.push(match (email_denied, is_known && !differs) {
            (true, _) => RowOutcome::Partly(email_taken()),
            (false, true) => RowOutcome::Repeated,
            (false, false) => RowOutcome::Taken,
        });
        changes.push(change);
        seen.extend(
            row.first_seen_at
                .map(|first| (found.profile, Seen::at(first))),
        );
        consents.extend(
            row.consents
                .iter()
                .map(|given| (at, consent_change(ctx, source, found.profile, given))),
        );
    }
    facts::apply(ctx, changes).await?;
    people::widen(ctx, seen).await?;
    for at in write_consents(ctx, consents).await? {
        if let Some(outcome @ RowOutcome::Repeated) = outcomes.get_mut(at) {
            *outcome = RowOutcome::Taken;
        }
    }
    Ok(outcomes)
}

fn keys_of(row: &CustomerRow) -> Vec<CustomerKey> {
    let external = row.external_id.clone().map(CustomerKey::ExternalId);
    let email = row.email.clone().map(CustomerKey::Email);
    external.into_iter().chain(email).collect()
}

fn claim(ctx: Ctx<'_>, source: Source, row: &CustomerRow, keys: &[CustomerKey]) -> Claim {
    Claim {
        keys: keys.iter().map(CustomerKey::key).collect(),
        source,
        is_alias: false,
        seen_at: row.first_seen_at.unwrap_or(ctx.now).0,
    }
}

fn change(source: Source, profile: i64, row: &CustomerRow, email_denied: bool) -> Change {
    let facts = Facts {
        external_id: row.external_id.clone(),
        email: row.email.clone().filter(|_| !email_denied),
        phone: row.phone.clone(),
        family_name: row.family_name.clone(),
        given_name: row.given_name.clone(),
        full_name: row.full_name.clone(),
        locale: row.locale.clone(),
        time_zone: row.time_zone.clone(),
    };
    Change {
        source,
        attributes: row.attributes.clone(),
        ..Change::new(profile, facts)
    }
}

/// Tells whether a change says something new, and remembers it for further rows of the same person.
fn differs(held: &mut Row, change: &Change) -> bool {
    let facts = &change.facts;
    let mut differs = false;
    for (now, new) in [
        (&mut held.email, &facts.email),
        (&mut held.phone, &facts.phone),
        (&mut held.family_name, &facts.family_name),
        (&mut held.given_name, &facts.given_name),
        (&mut held.full_name, &facts.full_name),
        (&mut held.locale, &facts.locale),
        (&mut held.time_zone, &facts.time_zone),
    ] {
        if new.is_some() && new != now {
            now.clone_from(new);
            differs = true;
        }
    }
    for (key, value) in &change.attributes {
        let stored = held.attributes.get(key);
        if value.is_null() {
            differs |= held.attributes.remove(key).is_some();
        } else if stored != Some(value) {
            held.attributes.insert(key.clone(), value.clone());
            differs = true;
        }
    }
    differs
}

fn nobody() -> Refusal {
    Refusal::new(
        "required",
        "the row names nobody",
        "会員番号もメールアドレスもありません",
    )
}

fn email_taken() -> Refusal {
    Refusal::new(
        "email_of_another_customer",
        "taken without its email address, which belongs to a customer with another id",
        "メールアドレスは別の会員番号の顧客のものなので、それ以外の項目だけを取り込みました",
    )
}

fn consent_change(
    ctx: Ctx<'_>,
    source: Source,
    profile: i64,
    given: &super::RowConsent,
) -> ConsentChange {
    ConsentChange {
        profile: ProfileId::from_raw(profile),
        channel: given.channel.clone(),
        purpose: given.purpose.clone(),
        granted: given.granted,
        text_version: given.text_version.clone(),
        source,
        proof: given.proof.clone(),
        occurred_at: ctx.now,
        expires_at: None,
    }
}

/// Records consents that say something new and returns the rows that did.
///
/// A file never turns a no into a yes: it may be older than the person's last word, and nobody can tell.
async fn write_consents(
    ctx: Ctx<'_>,
    wanted: Vec<(usize, ConsentChange)>,
) -> Result<Vec<usize>, DbErr> {
    #[derive(FromQueryResult)]
    struct Held {
        profile_id: i64,
        channel: String,
        purpose: String,
        granted: bool,
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ids = people::outer(ctx.tx.dialect(), &rowset::ids_of(ctx.tx.dialect(), "$1"));
    let held: Vec<Held> = sql::all(
        ctx.tx,
        format!("SELECT c.profile_id, c.channel, c.purpose, c.granted FROM (SELECT DISTINCT id FROM {ids} i) u
                 JOIN consent c ON c.profile_id = u.id"),
        [rowset::bind_ids(wanted.iter().map(|(_, change)| change.profile.raw()))],
    )
    .await?;
    let mut held: HashMap<(i64, String, String), bool> = held
        .into_iter()
        .map(|row| ((row.profile_id, row.channel, row.purpose), row.granted))
        .collect();
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for (row, change) in wanted {
        let key = (
            change.profile.raw(),
            change.channel.clone(),
            change.purpose.clone(),
        );
        let is_news = match held.get(&key) {
            None => true,
            Some(granted) => *granted && !change.granted,
        };
        if is_news {
            held.insert(key, change.granted);
            rows.push(row);
            changes.push(change);
        }
    }
    let outcomes = consent::set_many(ctx, &changes).await?;
    Ok(rows
        .into_iter()
        .zip(outcomes)
        .filter_map(|(row, outcome)| (outcome == ConsentOutcome::Applied).then_some(row))
        .collect())
}
