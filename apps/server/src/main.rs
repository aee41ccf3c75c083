//! The `server` binary; everything else is in the library so that tests use it.

use clap::Parser;

/// Messages are taken apart on many threads and put together on one; glibc's allocator hands memory between threads
/// slowly. What it brought is in `docs/benchmarks.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    server::cli::run(server::cli::Cli::parse()).await
}
