//! Taps on menus: which area of which publication was tapped is written into what comes back.
//!
//! Words that a tap says in somebody's name come back as words and cannot be told from those that she wrote herself: they
//! are not counted.

use std::collections::BTreeMap;

use kernel::{
    id::{PublicationId, WorkspaceId},
    time::Millis,
};
use profiles::Ctx;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// Stands before what comes back from an area.
const MARK: &str = "enishi-menu:";
/// Asks LINE to open an address outside its own browser; it must stand in the address that LINE sees.
const OUTSIDE: &str = "openExternalBrowser=1";

/// A tap on a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tap {
    /// On which publication.
    pub publication: PublicationId,
    /// On which of its areas, from 0.
    pub area: i16,
}

/// Marks what comes back from an area.
pub(super) fn mark(id: PublicationId, area: usize, data: &str) -> String {
    format!("{MARK}{:x}.{area}:{data}", id.raw())
}

/// Reads the mark, and what was written there by whoever drew the menu.
pub fn read(data: &str) -> Option<(Tap, &str)> {
    let (mark, own) = data.strip_prefix(MARK)?.split_once(':')?;
    let (id, area) = mark.split_once('.')?;
    let tap = Tap {
        publication: PublicationId::from_raw(i64::from_str_radix(id, 16).ok()?),
        area: area.parse().ok()?,
    };
    Some((tap, own))
}

/// Tells whether an address is one of the web, which may lead through this server.
pub(super) fn is_web(uri: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        uri.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// Returns the address of this server that counts and leads on.
pub(super) fn address(base: &str, id: PublicationId, area: usize, uri: &str) -> String {
    let outside = if uri.contains(OUTSIDE) {
        format!("?{OUTSIDE}")
    } else {
        String::new()
    };
    format!("{base}/m/{id}/{area}{outside}")
}

/// Adds taps of a batch of events.
pub(crate) async fn count(ctx: Ctx<'_>, taps: &BTreeMap<Tap, (i64, Millis)>) -> Result<(), DbErr> {
    for (tap, (n, at)) in taps {
        add(ctx.tx, ctx.workspace, *tap, (*n, *at)).await?;
    }
    Ok(())
}

/// Adds taps on an area of a publication of the workspace; returns whether there is such a publication.
///
/// # Errors
/// When the database does not answer.
pub async fn add(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    tap: Tap,
    (n, at): (i64, Millis),
) -> Result<bool, DbErr> {
    let text = "INSERT INTO line_menu_tap (workspace_id, publication_id, area, n, last_at)
         SELECT p.workspace_id, p.id, $3, $4, $5 FROM line_menu_publication p WHERE p.id = $2 AND p.workspace_id = $1
         ON CONFLICT (publication_id, area) DO UPDATE SET n = line_menu_tap.n + excluded.n, last_at = excluded.last_at";
    let binds = [
        workspace.raw().into(),
        tap.publication.raw().into(),
        tap.area.into(),
        n.into(),
        at.0.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? > 0)
}

/// Returns the taps on each area of each publication of a menu.
///
/// # Errors
/// When the database does not answer.
pub async fn of_menu(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    menu: kernel::id::MenuId,
) -> Result<BTreeMap<Tap, i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        publication_id: i64,
        area: i16,
        n: i64,
    }
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT t.publication_id, t.area, t.n FROM line_menu_publication p JOIN line_menu_tap t ON t.publication_id = p.id
         WHERE p.menu_id = $2 AND p.workspace_id = $1",
        [workspace.raw().into(), menu.raw().into()],
    )
    .await?;
    let tap = |row: Row| {
        let publication = PublicationId::from_raw(row.publication_id);
        let area = row.area;
        (Tap { publication, area }, row.n)
    };
    Ok(rows.into_iter().map(tap).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_reads_back_and_nothing_else_does() {
        let id = PublicationId::from_raw(i64::MAX);
        let data = mark(id, 19, "coupon:春=1");
        let tap = Tap {
            publication: id,
            area: 19,
        };
        assert_eq!(read(&data), Some((tap, "coupon:春=1")));
        // LINE takes 300 units; the mark leaves the author 260 at least.
        assert!(mark(id, 19, "").len() <= 40);
        for other in [
            "",
            "coupon",
            "enishi-menu:",
            "enishi-menu:x.1:",
            "enishi-menu:1.-99999:a",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn an_address_that_leads_out_of_line_still_does() {
        let id = PublicationId::from_raw(7);
        let there = address(
            "https://e.example",
            id,
            2,
            "https://s.example/?openExternalBrowser=1",
        );
        assert_eq!(
            there,
            format!("https://e.example/m/{id}/2?openExternalBrowser=1")
        );
        assert!(is_web("HTTPS://s.example") && !is_web("line://nv/x") && !is_web("縁"));
    }
}
