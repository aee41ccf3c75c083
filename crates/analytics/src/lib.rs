//! Metrics and attribution: the only place where a metric is computed.
