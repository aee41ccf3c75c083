//! Logs and metrics.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::Log;

/// Starts logging to standard error, as text or JSON lines.
pub(crate) fn start_logs(log: &Log) -> anyhow::Result<()> {
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(&log.filter)?);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if log.format == "json" {
        registry.with(layer.json().flatten_event(true)).try_init()?;
    } else {
        registry.with(layer.with_target(false)).try_init()?;
    }
    Ok(())
}

/// Installs the metrics recorder once per process and returns its handle.
pub(crate) fn metrics() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // A second recorder exists only where a test brought its own.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
