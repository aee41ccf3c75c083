//! The listener: reads a request to its end, asks the state, answers or does not.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{
    answer::{Answer, Asked, Fate},
    route,
    state::State,
};

pub(crate) async fn start(port: u16, state: Arc<Mutex<State>>) -> (SocketAddr, JoinHandle<()>) {
    #[expect(clippy::expect_used, reason = "a test without its platform is over")]
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .expect("a port on loopback");
    #[expect(clippy::expect_used, reason = "a bound listener has an address")]
    let address = listener.local_addr().expect("the address of a listener");
    let task = tokio::spawn(async move {
        // Dropped with the task, so that no connection outlives the platform.
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&state)));
            while connections.try_join_next().is_some() {}
        }
    });
    (address, task)
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
    // A broken connection is the client's business, or a trick of ours.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let asked = read(request).await?;
    let fate = route::fate(&mut state.lock(), &asked);
    match fate {
        Fate::Answered(answer) => Ok(written(answer)),
        Fate::Broken => Err(io::ErrorKind::ConnectionReset.into()),
        Fate::Silent => std::future::pending().await,
    }
}

async fn read(request: Request<Incoming>) -> Result<Asked, io::Error> {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let bearer =
        header("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let (retry_key, content_type) = (header("x-line-retry-key"), header("content-type"));
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = request
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    Ok(Asked {
        method,
        path,
        query,
        bearer,
        retry_key,
        content_type: content_type.unwrap_or_default(),
        body: body.to_vec(),
    })
}

fn written(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body.to_string())));
    *response.status_mut() = answer.status.try_into().unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    for (name, value) in answer.headers {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}
