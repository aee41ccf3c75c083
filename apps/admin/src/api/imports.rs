//! CSV imports.

use api_types::imports::{
    DownloadTicket, ImportView, InspectionView, PreviewRowView, RefusedRowView, StartImport,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, File, FormData, ProgressEvent, XmlHttpRequest};

use super::{
    ApiError, Page,
    client::{self, encoded},
    session, token,
};

/// Lists imports, the newest first.
pub async fn list(after: &str, signal: &AbortSignal) -> Result<Page<ImportView>, ApiError> {
    let query = client::query(&[
        ("after", Some(after.to_owned())),
        ("limit", Some("50".to_owned())),
    ]);
    client::get(&format!("/imports{query}"), Some(signal)).await
}

/// Returns one import.
pub async fn get(id: &str, signal: &AbortSignal) -> Result<ImportView, ApiError> {
    client::get(&format!("/imports/{}", encoded(id)), Some(signal)).await
}

/// Says what an uploaded file looks like, read with another encoding or delimiter where one is given.
pub async fn inspect(
    id: &str,
    encoding: &str,
    delimiter: &str,
    signal: &AbortSignal,
) -> Result<InspectionView, ApiError> {
    let query = client::query(&[
        ("encoding", Some(encoding.to_owned())),
        ("delimiter", Some(delimiter.to_owned())),
    ]);
    client::get(
        &format!("/imports/{}/inspection{query}", encoded(id)),
        Some(signal),
    )
    .await
}

/// Says what the first rows would become.
pub async fn preview(id: &str, start: &StartImport) -> Result<Vec<PreviewRowView>, ApiError> {
    client::post(&format!("/imports/{}/preview", encoded(id)), start).await
}

/// Starts an import.
pub async fn start(id: &str, start: &StartImport) -> Result<ImportView, ApiError> {
    client::post(&format!("/imports/{}/start", encoded(id)), start).await
}

/// Pauses, resumes or cancels an import.
pub async fn act(id: &str, deed: &str) -> Result<ImportView, ApiError> {
    client::post(&format!("/imports/{}/{deed}", encoded(id)), &()).await
}

/// Lists rows put aside.
pub async fn refused(
    id: &str,
    after: &str,
    signal: &AbortSignal,
) -> Result<Page<RefusedRowView>, ApiError> {
    let query = client::query(&[
        ("after", Some(after.to_owned())),
        ("limit", Some("50".to_owned())),
    ]);
    client::get(
        &format!("/imports/{}/refused{query}", encoded(id)),
        Some(signal),
    )
    .await
}

/// Returns the address of the rows put aside as a file.
pub async fn refused_file(id: &str) -> Result<String, ApiError> {
    let ticket: DownloadTicket =
        client::post(&format!("/imports/{}/refused/ticket", encoded(id)), &()).await?;
    Ok(ticket.url)
}

/// Sends a file and calls `on_share` with how much of it has left, 0 to 1.
///
/// `fetch` cannot tell how far an upload has come, hence the older interface here and nowhere else.
pub async fn upload(
    kind: &str,
    file: &File,
    on_share: impl Fn(f64) + Clone + 'static,
) -> Result<InspectionView, ApiError> {
    let path = format!("/imports?kind={}", encoded(kind));
    send_file(&path, file, on_share).await
}

/// Sends a file to a route of the API.
pub(super) async fn send_file<T: serde::de::DeserializeOwned>(
    path: &str,
    file: &File,
    on_share: impl Fn(f64) + Clone + 'static,
) -> Result<T, ApiError> {
    let mut answer = send(path, file, on_share.clone()).await?;
    if answer.0 == 401 && session::refresh().await.is_ok() {
        answer = send(path, file, on_share).await?;
    }
    let (status, body) = answer;
    if !(200..300).contains(&status) {
        return Err(ApiError::from_body(status, &body));
    }
    serde_json::from_str(&body).map_err(|_| ApiError {
        status,
        slug: "unexpected-answer".to_owned(),
        ..ApiError::default()
    })
}

async fn send(
    path: &str,
    file: &File,
    on_share: impl Fn(f64) + 'static,
) -> Result<(u16, String), ApiError> {
    let failed = |_: JsValue| ApiError::unreachable();
    let form = FormData::new().map_err(failed)?;
    form.append_with_blob_and_filename("file", file, &file.name())
        .map_err(failed)?;
    let request = XmlHttpRequest::new().map_err(failed)?;
    let address = format!("/api/v1{path}");
    request
        .open_with_async("POST", &address, true)
        .map_err(failed)?;
    let language = crate::state::locale::current().as_str();
    let mut headers = vec![
        ("Accept", "application/json".to_owned()),
        ("Accept-Language", language.to_owned()),
    ];
    headers.extend(token::get().map(|token| ("Authorization", format!("Bearer {token}"))));
    for (name, value) in headers {
        request.set_request_header(name, &value).map_err(failed)?;
    }
    let listener = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            on_share(event.loaded() / event.total());
        }
    });
    let target = request.upload().map_err(failed)?;
    target.set_onprogress(Some(listener.as_ref().unchecked_ref()));
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        let end = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
        request.set_onloadend(Some(end.unchecked_ref()));
    });
    request
        .send_with_opt_form_data(Some(&form))
        .map_err(failed)?;
    JsFuture::from(ended).await.map_err(failed)?;
    let status = request.status().map_err(failed)?;
    if status == 0 {
        return Err(ApiError::unreachable());
    }
    let body = request.response_text().map_err(failed)?.unwrap_or_default();
    Ok((status, body))
}
