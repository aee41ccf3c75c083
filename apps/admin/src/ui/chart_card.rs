//! The one frame of every chart: title, definition, the exact table one press away, CSV, and every state in the same
//! height so that nothing jumps.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::ApiError,
    i18n as t,
    ui::{Button, Definition, Icon, text},
};

/// What a chart has to show.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartState {
    /// It is being computed.
    Loading,
    /// There is too little; the sentence says what is needed.
    TooLittle(String),
    /// It failed.
    Failed(ApiError),
    /// It can be drawn.
    Ready,
}

/// The exact numbers behind a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartTable {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows, formatted for reading.
    pub rows: Vec<Vec<String>>,
}

impl ChartTable {
    /// Writes the table as CSV with a byte order mark, which spreadsheets need to see Japanese.
    pub fn to_csv(&self) -> String {
        let line = |cells: &Vec<String>| {
            cells
                .iter()
                .map(|cell| quoted(cell))
                .collect::<Vec<_>>()
                .join(",")
        };
        let lines: Vec<String> = std::iter::once(&self.head)
            .chain(&self.rows)
            .map(line)
            .collect();
        format!("\u{feff}{}\r\n", lines.join("\r\n"))
    }
}

/// Quotes a cell where needed, and defuses what a spreadsheet would take for a formula.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '@', '\t', '\r'])
        || (cell.starts_with(['+', '-']) && cell.parse::<f64>().is_err());
    let safe = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

/// The frame.
#[component]
pub fn ChartCard(
    /// The title, a sentence or a question.
    #[prop(into)]
    title: TextProp,
    /// The unit and the period, small behind it.
    #[prop(optional, into)]
    note: TextProp,
    /// The metric's definition.
    #[prop(optional, into)]
    definition: Option<TextProp>,
    /// What there is to show.
    #[prop(into)]
    state: Signal<ChartState>,
    /// The height of the drawing in pixels, kept in every state.
    #[prop(default = 240)]
    height: u32,
    /// Draws it.
    #[prop(into)]
    chart: ViewFn,
    /// The exact numbers.
    #[prop(into)]
    table: Signal<ChartTable>,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
    /// What stands under it: what the comparison is, where the axis begins.
    #[prop(optional, into)]
    foot: Option<TextProp>,
) -> impl IntoView {
    let is_table = RwSignal::new(false);
    let term = title.clone();
    let name = text(title);
    let acts = {
        let name = name.clone();
        move || {
            let name = name.clone();
            (state.get() == ChartState::Ready).then(|| {
                view! {
                    <span class="acts">
                        <button type="button" class="link" on:click=move |_| is_table.update(|on| *on = !*on)>
                            {move || if is_table.get() { t::ui::as_chart() } else { t::ui::as_table() }}
                        </button>
                        <button type="button" class="link" on:click=move |_| download(&name(), &table.get_untracked().to_csv())>
                            {Icon::Download.small()}
                            "CSV"
                        </button>
                    </span>
                }
            })
        }
    };
    let body = move || match state.get() {
        ChartState::Loading => {
            view! { <div class="sk plot-sk" role="status" aria-label=t::ui::loading></div> }
                .into_any()
        }
        ChartState::TooLittle(needed) => {
            view! { <div class="hatch plot-e"><span>{needed}</span></div> }.into_any()
        }
        ChartState::Failed(error) => view! { <Failed error=error on_retry=on_retry/> }.into_any(),
        ChartState::Ready if is_table.get() => exact(&table.get()).into_any(),
        ChartState::Ready => chart.run().into_any(),
    };
    view! {
        <section class="sec chart">
            <div class="chart-h">
                <h2 class="t-head">{name}</h2>
                <span class="def">{text(note)}</span>
                {definition.map(|tip| view! { <Definition term=term tip=tip/> })}
                {acts}
            </div>
            <div class="plot" style:min-height=format!("{height}px")>{body}</div>
            {foot.map(|foot| view! { <p class="chart-f">{text(foot)}</p> })}
        </section>
    }
}

#[component]
fn Failed(error: ApiError, on_retry: Option<Callback<()>>) -> impl IntoView {
    view! {
        <div class="plot-e" role="alert">
            <span class="st st-danger">{Icon::CircleAlert.view()} {move || error.sentence()}</span>
            {on_retry.map(|on_retry| view! { <Button icon=Icon::RefreshCw label=t::ui::retry on_press=on_retry/> })}
        </div>
    }
}

fn exact(table: &ChartTable) -> impl IntoView + use<> {
    let head = table
        .head
        .iter()
        .enumerate()
        .map(|(at, name)| view! { <th class:num=at != 0 scope="col">{name.clone()}</th> })
        .collect_view();
    let row = |cells: &Vec<String>| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| view! { <td class:num=at != 0>{cell.clone()}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    };
    let rows = table.rows.iter().map(row).collect_view();
    view! { <div class="tbl-x"><table class="tbl tbl-dense"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div> }
}

/// Hands a text to the browser as a file.
pub fn download(name: &str, text: &str) {
    use wasm_bindgen::JsCast;
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else {
        return;
    };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
        return;
    };
    if let Some(anchor) = document()
        .create_element("a")
        .ok()
        .and_then(|a| a.dyn_into::<web_sys::HtmlAnchorElement>().ok())
    {
        anchor.set_href(&url);
        anchor.set_download(&format!("{name}.csv"));
        anchor.click();
    }
    let _ = web_sys::Url::revoke_object_url(&url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_a_formula() {
        let table = ChartTable {
            head: vec!["名前".to_owned(), "差".to_owned()],
            rows: vec![
                vec!["=HYPERLINK(\"x\")".to_owned(), "-3".to_owned()],
                vec!["a,b".to_owned(), "+1.5".to_owned()],
            ],
        };
        assert_eq!(
            table.to_csv(),
            "\u{feff}名前,差\r\n\"'=HYPERLINK(\"\"x\"\")\",-3\r\n\"a,b\",+1.5\r\n"
        );
    }
}
