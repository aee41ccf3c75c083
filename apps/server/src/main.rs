//! The `server` binary; everything else is in the library so that tests use it.

use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// An index is built of large arrays that come and go on many threads. glibc keeps a heap for each thread and gives
/// little of it back: 435 MB where this one holds 170.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    server::cli::run(server::cli::Cli::parse()).await
}
